/* What needs a script on forms: lists to type in. */
(() => {
  "use strict";

  const pick = (root) => {
    for (const picker of root.querySelectorAll("select[data-country-picker], select[data-picker]")) {
      if (picker.tomselect) continue;
      picker.removeAttribute("size");
      // Its label moves to the field that takes its place.
      picker.setAttribute("aria-label", picker.labels[0].textContent.replace("*", "").trim());
      new TomSelect(picker, { plugins: ["remove_button", "checkbox_options"], maxOptions: null, hidePlaceholder: true });
    }
  };

  pick(document);
  document.body.addEventListener("htmx:load", (event) => pick(event.detail.elt));
})();

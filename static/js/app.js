/* What needs a script on forms: a list of countries to type in. */
(() => {
  "use strict";

  for (const picker of document.querySelectorAll("select[data-country-picker]")) {
    picker.removeAttribute("size");
    // Its label moves to the field that takes its place.
    picker.setAttribute("aria-label", picker.labels[0].textContent.replace("*", "").trim());
    new TomSelect(picker, { plugins: ["remove_button", "checkbox_options"], maxOptions: null, hidePlaceholder: true });
  }
})();

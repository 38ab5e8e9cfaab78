/* What needs a script on forms: lists to type in. */
(() => {
  "use strict";

  const pick = (root) => {
    for (const picker of root.querySelectorAll("select[data-country-picker], select[data-picker]")) {
      if (picker.tomselect) continue;
      picker.removeAttribute("size");
      // Its label moves to the field that replaces it.
      picker.setAttribute("aria-label", picker.labels[0].textContent.replace("*", "").trim());
      new TomSelect(picker, { plugins: ["remove_button", "checkbox_options"], maxOptions: null, hidePlaceholder: true });
    }
  };

  // Keep what is entered while part of a form is being redrawn: discard the response and request it again.
  const given = (part) => JSON.stringify([...part.querySelectorAll("select, input, textarea")].map((field) =>
    field.type === "checkbox" ? field.checked : field.value));
  document.body.addEventListener("htmx:beforeSend", (event) => {
    const part = event.detail.target;
    if (part?.matches(".condition, .entry-rows")) part.dataset.sent = given(part);
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (!part?.dataset?.sent || given(part) === part.dataset.sent) return;
    event.detail.shouldSwap = false;
    if (part.contains(document.activeElement)) htmx.trigger(document.activeElement, "change");
  });

  // A button handles the click on press. If the field lost focus first, the parts that depend on it would be
  // redrawn, and the button would move away between press and release.
  window.addEventListener("mousedown", (event) => {
    if (!event.target.closest?.("button[type=submit]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  pick(document);
  document.body.addEventListener("htmx:load", (event) => pick(event.detail.elt));
  document.addEventListener("page:changed", (event) => pick(event.detail.main));
})();

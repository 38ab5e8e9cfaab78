/* What needs a script: saving in passing that says how it went, and a list of countries to type in. */
(() => {
  "use strict";

  const form = document.querySelector("[data-answers]");
  if (form) {
    const line = () => document.getElementById("saved");
    let waiting = false;

    const say = (text) => {
      line().textContent = text;
      line().classList.add("is-lost");
      waiting = true;
    };

    document.body.addEventListener("htmx:configRequest", (event) => {
      // After signing in again elsewhere the token of this page is old; the cookie holds the new one.
      const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
      if (cookie) event.detail.parameters.csrfmiddlewaretoken = cookie.slice("csrftoken=".length);
    });
    document.body.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.successful) waiting = false;
    });
    document.body.addEventListener("htmx:sendError", () => say(form.dataset.offline));
    document.body.addEventListener("htmx:responseError", (event) =>
      say(event.detail.xhr.status === 401 ? form.dataset.signedOut : form.dataset.failed),
    );
    window.addEventListener("online", () => waiting && htmx.trigger(form, "resend"));
    window.addEventListener("beforeunload", (event) => waiting && event.preventDefault());
    form.addEventListener("submit", () => (waiting = false));
    // "Unknown" and "none of these" stand alone: choosing one clears the rest, and the other way round.
    form.addEventListener("change", (event) => {
      const box = event.target;
      if (box.type !== "checkbox" || !box.checked || !box.closest(".choices")) return;
      const alone = ["unknown", "none_of_these"];
      for (const other of form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(box.name)}"]`)) {
        if (other !== box && (alone.includes(box.value) || alone.includes(other.value))) other.checked = false;
      }
    });
  }

  for (const picker of document.querySelectorAll("select[data-country-picker]")) {
    picker.removeAttribute("size");
    new TomSelect(picker, { plugins: ["remove_button", "checkbox_options"], maxOptions: null, hidePlaceholder: true });
  }
})();

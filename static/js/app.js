/* What needs a script: saving in passing that says how it went, and a list of countries to type in. */
(() => {
  "use strict";

  const form = document.querySelector("[data-answers]");
  if (form) {
    const line = () => document.getElementById("saved");
    // Whether something on the page is not saved: just given, on its way, or refused.
    let unsaved = false;
    let lost = false;
    let typing = 0;

    const say = (text) => {
      line().textContent = text;
      line().classList.add("is-lost");
      lost = true;
    };
    const save = () => {
      clearTimeout(typing);
      htmx.trigger(form, "save");
    };

    document.body.addEventListener("htmx:configRequest", (event) => {
      // After signing in again elsewhere the token of this page is old; the cookie holds the new one.
      const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
      if (cookie) event.detail.parameters.set("csrfmiddlewaretoken", cookie.slice("csrftoken=".length));
    });
    document.body.addEventListener("htmx:beforeRequest", () => (unsaved = false));
    document.body.addEventListener("htmx:afterRequest", (event) => {
      lost = !event.detail.successful;
      unsaved ||= lost;
    });
    document.body.addEventListener("htmx:sendError", () => say(form.dataset.offline));
    document.body.addEventListener("htmx:responseError", (event) =>
      say(event.detail.xhr.status === 401 ? form.dataset.signedOut : form.dataset.failed),
    );
    window.addEventListener("online", () => lost && save());
    window.addEventListener("beforeunload", (event) => lost && event.preventDefault());
    window.addEventListener("pagehide", () => {
      // What was typed in the last moment goes with the page.
      if (unsaved && !lost)
        fetch(form.getAttribute("hx-post"), {
          method: "POST",
          body: new FormData(form),
          headers: { "HX-Request": "true" },
          keepalive: true,
        });
    });
    form.addEventListener("submit", () => (unsaved = lost = false));
    form.addEventListener("input", (event) => {
      unsaved = true;
      if (event.target.matches("textarea, input[type=text]")) {
        clearTimeout(typing);
        typing = setTimeout(save, 800);
      }
    });
    // "Unknown" and "none of these" stand alone: choosing one clears the rest, and the other way round.
    form.addEventListener("change", (event) => {
      const box = event.target;
      if (box.type === "checkbox" && box.checked && box.closest(".choices")) {
        const alone = ["unknown", "none_of_these"];
        for (const other of form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(box.name)}"]`)) {
          if (other !== box && (alone.includes(box.value) || alone.includes(other.value))) other.checked = false;
        }
      }
      save();
    });
  }

  if (form) {
    const questions = () => [...form.querySelectorAll("fieldset.question")];
    const boxes = (question) => [...question.querySelectorAll(".choices input")];
    const isOpen = (question) => !boxes(question).some((box) => box.checked && box.value);
    // The question that the keys speak to: the one in focus, else the first that is in view.
    const current = () =>
      document.activeElement.closest("fieldset.question") ||
      questions().find((question) => question.getBoundingClientRect().bottom > 120);

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      if (event.target.closest("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])")) return;
      const question = current();
      if (!question) return;
      if (event.key === "n") {
        const all = questions();
        const from = all.indexOf(question);
        const next = [...all.slice(from + 1), ...all.slice(0, from + 1)].find(isOpen);
        const target = next ? boxes(next)[0] : form.querySelector(".footer-acts .btn-primary");
        target.focus({ preventScroll: true });
        (next || target).scrollIntoView({ block: next ? "start" : "nearest" });
      } else if (event.key === "u") {
        boxes(question).find((box) => box.value === "unknown").click();
      } else if (/^[1-9]$/.test(event.key)) {
        const box = boxes(question)[event.key - 1];
        if (!box || box.closest(".is-apart")) return;
        box.focus();
        box.click();
      } else return;
      event.preventDefault();
    });
  }

  for (const picker of document.querySelectorAll("select[data-country-picker]")) {
    picker.removeAttribute("size");
    // Its label moves to the field that takes its place.
    picker.setAttribute("aria-label", picker.labels[0].textContent.replace("*", "").trim());
    new TomSelect(picker, { plugins: ["remove_button", "checkbox_options"], maxOptions: null, hidePlaceholder: true });
  }
})();

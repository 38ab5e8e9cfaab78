/* Forms: each is sent once, what is typed survives a reload, and a server that is away takes no page with it. */
(() => {
  "use strict";

  const page = document.body.dataset;
  const prefix = "typed:";
  const mine = `${prefix}${page.user}:`;
  const tokenOf = (form) => form.elements.form_token?.value || "";
  // A form of the product, except the form of answers, which answering.js handles.
  const isOurs = (form) => form.method === "post" && tokenOf(form) && !form.matches("[data-answers], [hx-post]");
  const keyOf = (form) => `${mine}${location.pathname}:${form.getAttribute("action") || ""}`;

  // Typed text is stored in this tab, for its author only. Nothing about a sensitive case is stored.
  const forget = (test) => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix) && test(key)) sessionStorage.removeItem(key);
  };
  const leavesNothing = (form) =>
    "private" in page || form.querySelector("[name=confidentiality][value=sensitive]:checked") !== null;
  // A hidden field holds the version that was read, so it is stored with the typed text.
  const isKept = (field) =>
    field.name && !["password", "file", "submit", "button"].includes(field.type) &&
    !["form_token", "csrfmiddlewaretoken", "act"].includes(field.name);
  const valuesOf = (form) => [...form.elements].filter(isKept).map((field) => {
    if (field.type === "radio" || field.type === "checkbox") return [field.name, field.value, field.checked];
    if (field.multiple) return [field.name, [...field.selectedOptions].map((option) => option.value), true];
    return [field.name, field.value, true];
  });
  const keep = (form) => {
    if (leavesNothing(form)) sessionStorage.removeItem(keyOf(form));
    else sessionStorage.setItem(keyOf(form), JSON.stringify({ token: tokenOf(form), values: valuesOf(form) }));
  };
  const fill = (form, values) => {
    const fields = [...form.elements].filter(isKept);
    for (const [name, value, checked] of values) {
      const same = fields.filter((field) => field.name === name);
      const box = same.find((field) => ["radio", "checkbox"].includes(field.type) && field.value === value);
      if (box) box.checked = checked;
      else if (same[0]?.multiple) {
        for (const option of same[0].options) option.selected = value.includes(option.value);
        same[0].tomselect?.sync();
      } else if (same[0] && !["radio", "checkbox"].includes(same[0].type)) same[0].value = value;
    }
  };

  const notice = (form, text, css = "is-error") => {
    form.querySelector(".form-notice")?.remove();
    const box = document.createElement("div");
    box.className = `notice form-notice ${css}`;
    box.setAttribute("role", css === "is-error" ? "alert" : "status");
    box.append(Object.assign(document.createElement("p"), { textContent: text }));
    form.prepend(box);
    return box;
  };
  const restore = (form) => {
    const key = keyOf(form);
    const kept = JSON.parse(sessionStorage.getItem(key) || "null");
    // A page that shows what was just sent has the newer text.
    if (!kept || JSON.stringify(kept.values) === JSON.stringify(valuesOf(form))) return;
    if (document.querySelector("main [role=alert]")) return;
    const before = valuesOf(form);
    fill(form, kept.values);
    const box = notice(form, page.saysRestored, "is-info");
    const undo = Object.assign(document.createElement("button"), {
      type: "button", className: "btn btn-plain", textContent: page.saysDiscard,
    });
    undo.addEventListener("click", () => {
      fill(form, before);
      sessionStorage.removeItem(key);
      box.remove();
    });
    box.append(undo);
  };

  // A cookie names a form that has arrived. Its typed text is then removed from this tab.
  const arrived = document.cookie.split("; ").find((part) => part.startsWith("sent="))?.slice("sent=".length);
  if (arrived) {
    forget((key) => JSON.parse(sessionStorage.getItem(key)).token.includes(arrived));
    document.cookie = "sent=; max-age=0; path=/; samesite=lax";
  }
  // Leave nothing for the next person in this tab.
  if (page.user) forget((key) => !key.startsWith(mine));

  // The server shows days and times in this time zone.
  const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || "");
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `timezone=${zone}; max-age=31536000; path=/; samesite=lax${secure}`;

  const show = (html, url) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const main = answer.querySelector("main");
    document.querySelector("main").replaceWith(main);
    document.title = answer.title;
    // The back button leads to the form as it was opened.
    history.replaceState({ opened: true }, "");
    history.pushState(null, "", url);
    window.htmx?.process(main);
    document.dispatchEvent(new CustomEvent("page:changed", { detail: { main } }));
    const focus = main.querySelector("[autofocus]") || main;
    focus.tabIndex = -1;
    focus.focus();
    window.scrollTo(0, Math.max(0, focus.getBoundingClientRect().top + window.scrollY - 80));
  };
  // A browser finishes sending a small form after its page is left, but cuts off a large one.
  const KEPT_ALIVE = 60_000;
  const sizeOf = (body) => {
    const parts = [...body].flatMap(([name, value]) => [name, typeof value === "string" ? value : new Blob([value])]);
    return new Blob(parts).size + 200 * parts.length;
  };
  const send = async (form, submitter) => {
    const url = submitter?.getAttribute("formaction") || form.action;
    const body = new FormData(form, submitter);
    const keepalive = sizeOf(body) < KEPT_ALIVE;
    if (!keepalive) form.dataset.large = "1";
    let answer;
    try {
      answer = await fetch(url, { method: "POST", body, keepalive, headers: { "X-Form": "1" } });
    } catch {
      notice(form, page.saysAway).scrollIntoView({ block: "center" });
      return false;
    } finally {
      delete form.dataset.large;
    }
    const next = answer.headers.get("X-Location");
    if (next) {
      const here = location.pathname + location.search;
      location.assign(next);
      // The browser would not load an address again that differs only after the hash.
      const target = new URL(next, location.href);
      if (target.hash && target.pathname + target.search === here) location.reload();
      return true;
    }
    const html = await answer.text();
    if (/<main[\s>]/.test(html)) show(html, answer.url);
    else notice(form, page.saysFailed).scrollIntoView({ block: "center" });
    return false;
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isOurs(form)) return;
    event.preventDefault();
    // A second click while the first form is still being sent.
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    keep(form);
    const leads = await send(form, event.submitter);
    if (!leads) delete form.dataset.sending;
  });

  // "Unknown" and "none of these" exclude all other answers: choosing one clears the rest, and vice versa.
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type !== "checkbox" || !box.checked || !box.closest("[data-alone]")) return;
    const alone = ["unknown", "none_of_these"];
    for (const other of box.closest("[data-alone]").querySelectorAll("input[type=checkbox]"))
      if (other !== box && (alone.includes(box.value) || alone.includes(other.value))) other.checked = false;
  }, true);

  document.addEventListener("click", (event) => {
    const tick = event.target.closest?.("[data-tick]")?.dataset.tick;
    if (!tick) return;
    for (const box of event.target.form.querySelectorAll("input[name=measures], input[name=questions]"))
      box.checked = tick === "all" || (tick === "undecided" && "undecided" in box.dataset);
  });

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && isOurs(form)) keep(form);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && isOurs(form)) keep(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-large]")) event.preventDefault();
  });
  // The back button would show the page as it was left, so load it again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  window.addEventListener("popstate", (event) => event.state?.opened && location.reload());
  window.addEventListener("load", () => [...document.forms].filter(isOurs).forEach(restore));
})();

/* Answering: each answer is saved as it is given, by mouse or by keys; what cannot be sent is kept and sent later. */
(() => {
  "use strict";

  const form = document.querySelector("[data-answers]");
  const line = () => document.getElementById("saved");
  const questionOf = (element) => element?.closest?.("fieldset[data-question]");
  // Answers that are not saved, by question: just given, being sent, or refused.
  const unsaved = new Set();
  // The server's message about each answer that it refused, by question.
  const refused = new Map();
  let lost = false;
  let typing = 0;

  const token = () => {
    // After signing in again in another tab, the token of this page is out of date; the cookie has the new one.
    // Over TLS its name begins with __Host-.
    const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]*)/);
    return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
  };
  const belongsTo = (name, code) => name === code || name.startsWith(`${code}__`);
  const entriesOf = (code) => [...new FormData(form)].filter(([name]) => belongsTo(name, code));

  // Answers given offline, stored in this browser by person and assessment.
  const kept = {
    key: form.dataset.keep && `answers:${form.dataset.keep}`,
    all() {
      return (this.key && JSON.parse(localStorage.getItem(this.key))) || {};
    },
    write(all) {
      if (!this.key) return;
      if (Object.keys(all).length) localStorage.setItem(this.key, JSON.stringify(all));
      else localStorage.removeItem(this.key);
    },
    put(code) {
      const question = document.getElementById(`q-${code}`);
      if (!this.key || !question) return;
      const entry = {
        url: question.getAttribute("hx-post"),
        page: location.pathname,
        title: question.querySelector("legend").textContent,
        entries: entriesOf(code),
      };
      this.write({ ...this.all(), [code]: entry });
    },
    drop(code) {
      const all = this.all();
      if (!(code in all)) return;
      delete all[code];
      this.write(all);
    },
  };

  const say = (text) => {
    line().textContent = text;
    line().classList.add("is-lost");
    lost = true;
  };
  // "Saved" must not be shown while an answer is still being sent. A failed answer stays on the page until it is saved.
  const saving = () => {
    if (!lost) line().textContent = form.dataset.saving;
  };
  const mark = (code) => {
    unsaved.add(code);
    saving();
  };
  const save = (code) => {
    mark(code);
    const question = document.getElementById(`q-${code}`);
    // Offline, it is stored at once, because the page may be closed before sending fails.
    if (lost || !navigator.onLine) kept.put(code);
    if (!question) return;
    // A question that has just appeared may be answered before htmx has processed it.
    htmx.process(question);
    htmx.trigger(question, "save");
  };
  const saveAll = () => [...unsaved].forEach(save);

  document.body.addEventListener("htmx:configRequest", (event) => {
    const code = event.target.dataset.question;
    if (!code) return;
    for (const name of [...new Set(event.detail.formData.keys())])
      if (!belongsTo(name, code)) event.detail.formData.delete(name);
    event.detail.formData.set("csrfmiddlewaretoken", token());
    event.target.dataset.sent = JSON.stringify(entriesOf(code));
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const question = event.target;
    const code = question.dataset?.question;
    if (!code || !event.detail.successful) return;
    const arrived = event.detail.xhr.getResponseHeader("X-Saved") === "1";
    // An answer given while this one was being sent is not saved by it.
    const later = JSON.stringify(entriesOf(code).filter(([name]) => !name.endsWith("__version")));
    const sent = JSON.stringify(JSON.parse(question.dataset.sent).filter(([name]) => !name.endsWith("__version")));
    if (arrived && later === sent) unsaved.delete(code);
    if (arrived) refused.delete(code);
    else refused.set(code, line().textContent);
    kept.drop(code);
    lost = !arrived;
    // The message is about all answers, not the last one that arrived.
    if (refused.size) say([...refused.values()].at(-1));
    else if (unsaved.size) saving();
    // An answer that arrives shows that the connection is back, so send the others.
    if (arrived) for (const other of Object.keys(kept.all())) if (unsaved.has(other)) save(other);
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    const code = event.target.dataset.question;
    if (!code) return;
    kept.put(code);
    say(form.dataset.offline);
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const code = event.target.dataset.question;
    if (!code) return;
    if (event.detail.xhr.status === 401) kept.put(code);
    say(event.detail.xhr.status === 401 ? form.dataset.signedOut : form.dataset.failed);
  });

  window.addEventListener("online", saveAll);
  window.addEventListener("beforeunload", (event) => {
    // Answers stored in the browser are not lost with the page.
    if (lost && [...unsaved].some((code) => !(code in kept.all()))) event.preventDefault();
  });
  window.addEventListener("pagehide", () => {
    // Send what was typed just before the page is left.
    for (const code of unsaved) {
      if (lost || !navigator.onLine) kept.put(code);
      if (code in kept.all()) continue;
      const data = new FormData();
      for (const [name, value] of entriesOf(code)) data.append(name, value);
      data.set("csrfmiddlewaretoken", token());
      const url = document.getElementById(`q-${code}`)?.getAttribute("hx-post");
      if (url) fetch(url, { method: "POST", body: data, headers: { "HX-Request": "true" }, keepalive: true });
    }
  });
  form.addEventListener("submit", () => {
    unsaved.clear();
    lost = false;
  });
  const isHalfTyped = (field) =>
    field.type === "date" && (field.validity.badInput || (field.value && field.value < field.min));
  form.addEventListener("focusout", (event) => {
    const question = questionOf(event.target);
    if (!question || event.target.type !== "date" || !isHalfTyped(event.target)) return;
    mark(question.dataset.question);
    saveAll();
  });
  form.addEventListener("input", (event) => {
    const question = questionOf(event.target);
    if (!question || isHalfTyped(event.target)) return;
    mark(question.dataset.question);
    if (event.target.matches("textarea")) {
      clearTimeout(typing);
      typing = setTimeout(saveAll, 800);
    }
  });
  form.addEventListener("change", (event) => {
    const box = event.target;
    const question = questionOf(box);
    if (!question) return;
    // A date whose year is still being typed is not saved until the field is left.
    if (isHalfTyped(box)) return;
    clearTimeout(typing);
    mark(question.dataset.question);
    saveAll();
  });
  // "The same for all" in a table: each row is answered and saved separately.
  const answerAlike = (table) => {
    const answer = table.querySelector(".same-for-all select");
    if (!answer.value) {
      answer.focus();
      return;
    }
    for (const question of table.querySelectorAll("fieldset.question")) {
      const box = boxes(question).find((one) => one.value === answer.value);
      if (box.checked) continue;
      box.checked = true;
      forgetKeys(question.dataset.question);
      mark(question.dataset.question);
    }
    answer.value = "";
    saveAll();
  };
  form.addEventListener("click", (event) => {
    const same = event.target.closest("[data-same]");
    if (same) {
      event.preventDefault();
      answerAlike(same.closest(".question-table"));
      return;
    }
    const mine = event.target.closest("[data-keep-mine]");
    const theirs = event.target.closest("[data-take-theirs]");
    if (mine) {
      document.getElementById(`version-${mine.dataset.keepMine}`).value = mine.dataset.version;
      save(mine.dataset.keepMine);
    }
    if (theirs) {
      unsaved.delete(theirs.dataset.takeTheirs);
      refused.delete(theirs.dataset.takeTheirs);
      kept.drop(theirs.dataset.takeTheirs);
      lost = false;
    }
  });

  // Answers that an earlier page could not send: those of this section are put back into their fields and sent from
  // there, and the others are sent as they were given.
  const fillIn = (code, entries) => {
    for (const control of form.elements) {
      if (!control.name || !belongsTo(control.name, code)) continue;
      const values = entries.filter(([name]) => name === control.name).map(([, value]) => value);
      if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
      else if (values.length) control.value = values[0];
    }
  };
  const sendKept = async () => {
    const waiting = [];
    for (const [code, entry] of Object.entries(kept.all())) {
      if (document.getElementById(`q-${code}`)?.matches("fieldset")) {
        if (unsaved.has(code)) continue;
        fillIn(code, entry.entries);
        save(code);
        continue;
      }
      const data = new FormData();
      for (const [name, value] of entry.entries) data.append(name, value);
      data.set("csrfmiddlewaretoken", token());
      try {
        const answer = await fetch(entry.url, { method: "POST", body: data, headers: { "HX-Request": "true" } });
        if (answer.headers.get("X-Saved") === "1") kept.drop(code);
        else waiting.push([entry, answer.ok]);
      } catch {
        waiting.push([entry, false]);
      }
    }
    const place = document.getElementById("waiting");
    place.hidden = !waiting.length;
    place.textContent = waiting.length ? `${place.dataset.says} ` : "";
    for (const [entry, refused] of waiting) {
      const link = document.createElement("a");
      link.href = entry.page;
      link.textContent = entry.title;
      place.append(link, refused ? ` ${place.dataset.stale} ` : " ");
    }
  };
  window.addEventListener("online", sendKept);
  window.addEventListener("load", sendKept);

  // On a slow line the questions are there before this script: what was answered meanwhile is saved, too.
  const isChosen = (option) => option.selected !== option.defaultSelected && option.index > 0;
  const isChanged = (field) => {
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some(isChosen);
    return field.value !== field.defaultValue;
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const field of form.elements) {
      const question = questionOf(field);
      if (question && field.name && isChanged(field) && !isHalfTyped(field)) mark(question.dataset.question);
    }
    saveAll();
  });

  const questions = () => [...form.querySelectorAll("fieldset.question")];
  const boxes = (question) => [...question.querySelectorAll(".choices input")];
  const isOpen = (question) => !boxes(question).some((box) => box.checked && box.value);
  // The answers before each key, to be restored one after the other. A question that is answered by other means since
  // is left as it is.
  let chosen = [];
  const showChosen = () => {
    const notice = document.getElementById("undo");
    notice.hidden = !chosen.length;
    notice.querySelector("[data-chosen]").textContent = chosen.at(-1)?.words ?? "";
  };
  const forgetKeys = (code) => {
    chosen = chosen.filter((one) => one.code !== code);
    showChosen();
  };
  let byKey = false;
  const checkedIn = (question) => boxes(question).filter((one) => one.checked).map((one) => one.value);
  const choose = (question, box) => {
    const before = checkedIn(question);
    box.focus();
    byKey = true;
    box.click();
    byKey = false;
    // The key of the answer that is already chosen changes nothing, so there is nothing to undo.
    if (String(checkedIn(question)) === String(before)) return;
    const words = [question.querySelector("legend"), box.labels[0]].map((part) => part.textContent.trim()).join(" ");
    chosen.push({ code: question.dataset.question, before, words });
    showChosen();
  };
  form.addEventListener("change", (event) => {
    const code = questionOf(event.target)?.dataset.question;
    if (!byKey && event.target.closest(".choices")) forgetKeys(code);
  });
  const undo = () => {
    const last = chosen.pop();
    showChosen();
    const question = last && document.getElementById(`q-${last.code}`);
    if (!question?.matches("fieldset")) return;
    for (const box of boxes(question)) box.checked = last.before.includes(box.value);
    mark(last.code);
    (question.querySelector("input:checked") || boxes(question)[0]).focus();
    saveAll();
  };
  document.querySelector("#undo button")?.addEventListener("click", undo);

  document.addEventListener("keydown", (event) => {
    if (!("shortcuts" in form.dataset)) return;
    // A key that is held down counts once.
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.target.closest("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])")) return;
    // Shortcuts apply only to the question in focus.
    const question = document.activeElement.closest("fieldset.question");
    if (!question) return;
    if (event.key === "z") undo();
    else if (event.key === "n") {
      const all = questions();
      const from = all.indexOf(question);
      const next = [...all.slice(from + 1), ...all.slice(0, from + 1)].find(isOpen);
      const target = next ? boxes(next)[0] : form.querySelector(".footer-acts .btn-primary");
      target.focus({ preventScroll: true });
      (next || target).scrollIntoView({ block: next ? "start" : "nearest" });
    } else if (event.key === "u") {
      choose(question, boxes(question).find((one) => one.value === "unknown"));
    } else if (/^[1-9]$/.test(event.key)) {
      const box = boxes(question)[event.key - 1];
      if (!box || box.closest(".is-apart")) return;
      choose(question, box);
    } else return;
    event.preventDefault();
  });
})();

/* What is typed into form[data-draft] is kept in this browser until it is saved, so that a lost connection
   loses nothing. Saved, thrown away, or three days old: it is removed. The key names the officer. */
"use strict";
(() => {
  const PREFIX = "draft:";
  const KEPT = 3 * 24 * 60 * 60 * 1000;
  const LEFT_OUT = new Set(["_csrf_token", "row_version", "act"]);
  const ROW = /^([a-z]+)-(\d+)-([a-z_]+)$/;

  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  keys().filter((key) => !(Date.now() - (read(key)?.at ?? 0) < KEPT)).forEach((key) => localStorage.removeItem(key));
  const done = document.querySelector("[data-draft-done]");
  if (done) localStorage.removeItem(PREFIX + done.dataset.draftDone);

  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const key = PREFIX + form.dataset.draft;
  const told = document.querySelector("[data-draft-told]");

  const tell = (text, kind = "info", buttons = []) => {
    told.className = `draft-told ${kind}`;
    told.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
    buttons.forEach(([title, act]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
      button.className = "krds-btn medium tertiary";
      button.addEventListener("click", act);
      told.append(" ", button);
    });
  };

  const entries = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !LEFT_OUT.has(name));
  const blank = JSON.stringify(entries());

  let timer = 0;
  let waiting = false;
  const keep = () => {
    window.clearTimeout(timer);
    const now = entries();
    if (waiting || JSON.stringify(now) === blank) return;
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), entries: now }));
      tell("적은 내용을 이 기기에 임시로 보관하고 있습니다. 저장하면 지웁니다.");
    } catch {
      tell("이 기기에 임시로 보관할 수 없습니다. 저장을 눌러 남겨 주세요.", "warning");
    }
  };
  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, 300);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-grid-add],[data-grid-remove]")) soon();
  });
  window.addEventListener("pagehide", keep);

  // Rows of a grid: as many as were kept; the k-th kept row goes into the k-th row that is there.
  const rowNames = (kept) => {
    const groups = new Map();
    kept.forEach(([name]) => {
      const found = ROW.exec(name);
      if (found) groups.set(found[1], (groups.get(found[1]) ?? new Set()).add(Number(found[2])));
    });
    const renamed = new Map();
    groups.forEach((indexes, group) => {
      const body = document.getElementById(group)?.tBodies[0];
      if (!body) return;
      const add = document.querySelector(`[data-grid-add="${group}"]`);
      for (let n = body.rows.length; n < indexes.size && add; n += 1) add.click();
      [...indexes].sort((a, b) => a - b).forEach((index, place) => {
        const name = body.rows[place]?.querySelector("[name]")?.name;
        if (name) renamed.set(`${group}-${index}-`, name.replace(/[a-z_]+$/, ""));
      });
    });
    return renamed;
  };

  const fill = (kept) => {
    const renamed = rowNames(kept);
    const values = new Map();
    kept.forEach(([name, value]) => {
      const found = ROW.exec(name);
      const field = found ? (renamed.get(`${found[1]}-${found[2]}-`) ?? "") + found[3] : name;
      values.set(field, [...(values.get(field) ?? []), value]);
    });
    [...form.elements].forEach((control) => {
      if (!control.name || LEFT_OUT.has(control.name) || control.type === "hidden") return;
      const given = values.get(control.name) ?? [];
      if (control.type === "checkbox" || control.type === "radio") control.checked = given.includes(control.value);
      else if (values.has(control.name)) control.value = given[0];
      if (given.length) control.closest("details")?.setAttribute("open", "");
    });
    company(values.get("company_id")?.[0] ?? "", values.get("contacts") ?? []);
  };

  const company = (id, ticked) => {
    const place = document.getElementById("found");
    if (!place || !id) return;
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "company_id", value: id });
    const note = Object.assign(document.createElement("p"), { textContent: `고른 업체: ${form.elements.company_name.value}` });
    place.replaceChildren(hidden, note);
    const tick = () => document.querySelectorAll("#contacts [name=contacts]").forEach((box) => {
      box.checked = ticked.includes(box.value);
    });
    document.addEventListener("htmx:after:swap", tick, { once: true });
    place.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const stored = read(key);
  if (stored && !("draftKept" in form.dataset)) {
    waiting = true;
    const when = new Date(stored.at).toLocaleString("ko-KR", { dateStyle: "medium", timeStyle: "short" });
    const open = () => {
      fill(stored.entries);
      waiting = false;
      keep();
    };
    const drop = () => {
      localStorage.removeItem(key);
      waiting = false;
      tell("보관했던 내용을 지웠습니다.");
    };
    tell(`저장하지 않은 내용이 이 기기에 있습니다. (${when})`, "warning", [["불러오기", open], ["지우기", drop]]);
  }

  form.addEventListener("submit", (event) => {
    waiting = false;
    keep();
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell("연결이 끊겨 있습니다. 적은 내용은 이 기기에 보관했습니다. 연결되면 다시 저장을 눌러 주세요.", "warning");
    told.scrollIntoView({ block: "center" });
  }, true);
  window.addEventListener("online", () => tell("다시 연결되었습니다. 저장을 눌러 주세요.", "success"));
})();

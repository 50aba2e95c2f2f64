/* What a form or list needs beyond HTML. Everything works without this file; it only helps. */
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Enter that ends a Hangul syllable must not send the form (keyCode 229: Safari after compositionend).
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.isComposing || event.keyCode === 229)) return;
    event.stopImmediatePropagation();
    if (!event.target.matches("textarea")) event.preventDefault();
  }, true);

  // Found while typing: Enter or ↓ in a field with data-finds chooses the first that was found (at once or
  // when it arrives), Enter on a choice goes on to the next field; neither sends the form.
  const enterFound = (list) => {
    const choice = list.querySelector("input:checked:not([value=''])") ?? list.querySelector("input");
    choice?.click();
    choice?.focus();
    list.toggleAttribute("data-awaited", !choice);
  };
  const nextField = (list, form) => {
    const fields = [...form.elements].filter((field) => field.offsetParent && field.tabIndex >= 0);
    fields.find((field) => list.compareDocumentPosition(field) === Node.DOCUMENT_POSITION_FOLLOWING)?.focus();
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const list = target.closest("[data-found]");
    if (target.dataset.finds && (key === "Enter" || key === "ArrowDown")) {
      event.preventDefault();
      enterFound(document.getElementById(target.dataset.finds));
    } else if (list && key === "Enter") {
      event.preventDefault();
      nextField(list, target.form);
    } else if (key === "Enter" && (event.ctrlKey || event.metaKey) && target.form?.matches("[data-quick-send]")) {
      event.preventDefault();
      target.form.requestSubmit(target.form.querySelector(".submit-bar [type=submit]"));
    }
  });

  // Unsaved input: forms marked data-warn-unsaved.
  const dirty = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && "warnUnsaved" in form.dataset) dirty.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });

  // One press, one submission; htmx forms queue by themselves.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    dirty.delete(form);
    if (form.method !== "post" || form.matches("[hx-post],[hx-put],[hx-patch],[hx-delete]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // Rows of a grid: <template id> holds a row with __index__, the button names it.
  const addRow = (button) => {
    const grid = document.getElementById(button.dataset.gridAdd);
    const body = grid.querySelector("tbody");
    const next = Number(grid.dataset.next ?? body.rows.length);
    const holder = document.createElement("template");
    holder.innerHTML = grid.querySelector("template").innerHTML.replaceAll("__index__", String(next));
    grid.dataset.next = String(next + 1);
    const row = holder.content.querySelector("tr");
    body.append(row);
    window.htmx?.process(row);
    row.querySelector("input:not([type=hidden]),select,textarea")?.focus();
  };
  const removeRow = (button) => {
    const row = button.closest("tr");
    const near = row.nextElementSibling ?? row.previousElementSibling;
    if (!near) return;
    row.remove();
    near.querySelector("input:not([type=hidden]),select,textarea")?.focus();
  };

  const setDensity = (roomy) => {
    root.classList.toggle("density-roomy", roomy);
    document.querySelectorAll("[data-density]").forEach((button) => {
      button.setAttribute("aria-pressed", String(roomy));
    });
  };
  const flipDensity = () => {
    const roomy = !root.classList.contains("density-roomy");
    localStorage.setItem("density", roomy ? "roomy" : "dense");
    setDensity(roomy);
  };

  const flipNav = (button) => {
    const nav = document.getElementById(button.dataset.toggle);
    button.setAttribute("aria-expanded", String(nav.classList.toggle("open")));
  };

  const clicks = [
    ["[data-grid-add]", addRow],
    ["[data-grid-remove]", removeRow],
    ["[data-density]", flipDensity],
    ["[data-toggle]", flipNav],
    ["[data-dialog]", (button) => document.getElementById(button.dataset.dialog).showModal()],
    ["[data-dialog-close]", (button) => button.closest("dialog").close()],
    ["[data-print]", () => window.print()],
  ];
  document.addEventListener("click", (event) => {
    for (const [selector, act] of clicks) {
      const found = event.target.closest(selector);
      if (found) act(found);
    }
  });

  const settle = (part) => {
    setDensity(localStorage.getItem("density") === "roomy");
    part?.querySelector("#error-summary")?.focus();
  };
  document.addEventListener("DOMContentLoaded", () => settle(document));
  document.addEventListener("htmx:after:swap", (event) => {
    const part = event.detail.ctx.target;
    settle(part);
    if (!part?.matches?.("[data-found]")) return;
    if (part.hasAttribute("data-awaited")) enterFound(part);
    part.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A part that did not arrive says so where it stands, its plain link stays; else a line below.
  const reasons = {
    401: "로그인이 끝났습니다. 다시 로그인해 주세요.",
    403: "맡은 역할로는 할 수 없는 일입니다.",
    409: "그사이 다른 사람이 고쳤습니다. 화면을 새로 열어 확인해 주세요.",
    412: "그사이 다른 사람이 고쳤습니다. 화면을 새로 열어 확인해 주세요.",
  };
  const fail = (event, status) => {
    const panel = event.target.closest?.("[data-panel]");
    const place = panel?.querySelector(".panel-wait") ?? document.getElementById("live");
    place.textContent = reasons[status] ?? "불러오지 못했습니다. 잠시 후 다시 시도해 주세요.";
  };
  document.addEventListener("htmx:error", fail);
  document.addEventListener("htmx:response:error", (event) => {
    const { status } = event.detail.ctx.response;
    if (status !== 422) fail(event, status);
  });
  document.addEventListener("htmx:before:request", () => {
    document.getElementById("live").textContent = "";
  });
})();

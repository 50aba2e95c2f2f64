/* Rows copied from a spreadsheet and pasted into a grid (table[data-grid-paste]): a line becomes a row,
   from the cell that has the focus. What a cell cannot take is told there; one button takes it all back. */
"use strict";
(() => {
  const CONTROLS = "input:not([type=hidden]),select,textarea";
  const controlsOf = (row) => [...row.querySelectorAll(CONTROLS)];
  const plain = (text) => text.normalize("NFC").replace(/\s+/g, "").toLowerCase();

  // Tab-separated cells; a quoted one may hold tabs, line ends and doubled quotes.
  const parse = (text) => {
    const rows = [[]];
    const cell = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/gy;
    for (let found = cell.exec(text); found; found = cell.exec(text)) {
      const value = found[1] === undefined ? found[2] : found[1].replaceAll('""', '"');
      rows.at(-1).push(value.trim());
      if (found[3] === "") break;
      if (found[3] !== "\t") rows.push([]);
    }
    return rows.filter((row) => row.some((value) => value !== ""));
  };

  const isTable = (data, text) => text.includes("\t") || /<table[\s>]/i.test(data.getData("text/html"));

  const isHeader = (grid, cells) => {
    const titles = new Set([...grid.querySelectorAll("thead th")].map((th) => plain(th.firstChild?.textContent ?? "")));
    return cells.length > 0 && cells.filter((text) => text).every((text) => titles.has(plain(text)));
  };

  const clearError = (control) => {
    control.parentElement.querySelector("[data-paste-note]")?.remove();
    if (control.dataset.pasteError) {
      delete control.dataset.pasteError;
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
    }
  };

  const setError = (control, text) => {
    const note = document.createElement("p");
    note.className = "row-error";
    note.id = `${control.id}-paste`;
    note.dataset.pasteNote = "1";
    note.textContent = text;
    control.after(note);
    control.dataset.pasteError = "1";
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", note.id);
  };

  const optionOf = (select, text) => {
    const wanted = plain(text);
    const options = [...select.options];
    return options.find((o) => o.value === text || plain(o.textContent) === wanted)
      ?? options.filter((o) => o.value && plain(o.textContent).startsWith(wanted)).find((o, i, all) => all.length === 1);
  };

  // Returns whether the control could take the text.
  const put = (control, text) => {
    clearError(control);
    if (control.matches("select")) {
      const option = text && optionOf(control, text);
      if (option) control.value = option.value;
      else if (text) setError(control, `‘${text}’은(는) 목록에 없습니다. 골라 주세요.`);
      if (text && !option) return false;
    } else if (control.type === "checkbox") {
      control.checked = /^(1|o|y|예|긴급|✓|true)$/i.test(text);
    } else {
      control.value = text;
    }
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };

  const addRow = (grid) => {
    const count = grid.tBodies[0].rows.length;
    document.querySelector(`[data-grid-add="${grid.id}"]`)?.click();
    return grid.tBodies[0].rows.length > count;
  };

  const placeOf = (grid) => {
    const found = document.querySelector(`[data-grid-told="${grid.id}"]`);
    if (found) return found;
    const made = document.createElement("div");
    made.dataset.gridTold = grid.id;
    made.setAttribute("role", "status");
    grid.after(made);
    return made;
  };

  const tell = (grid, text, undo) => {
    const place = placeOf(grid);
    place.className = "paste-told";
    place.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
    if (!undo) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "krds-btn small tertiary", textContent: "붙여넣기 되돌리기" });
    button.addEventListener("click", () => {
      undo();
      tell(grid, "붙여넣기를 되돌렸습니다.");
    });
    place.append(" ", button);
  };

  const snapshot = (grid) => {
    const rows = [...grid.tBodies[0].rows];
    const values = rows.map((row) => controlsOf(row).map(({ value, checked }) => ({ value, checked })));
    return () => {
      [...grid.tBodies[0].rows].filter((row) => !rows.includes(row)).forEach((row) => row.remove());
      rows.forEach((row, r) => controlsOf(row).forEach((control, c) => {
        clearError(control);
        Object.assign(control, control.type === "checkbox" ? { checked: values[r][c].checked } : { value: values[r][c].value });
        control.dispatchEvent(new Event("change", { bubbles: true }));
      }));
      controlsOf(rows[0])[0]?.focus();
    };
  };

  const paste = (grid, control, lines) => {
    const undo = snapshot(grid);
    const body = grid.tBodies[0];
    const first = [...body.rows].indexOf(control.closest("tr"));
    const column = controlsOf(control.closest("tr")).indexOf(control);
    let wrong = 0;
    let done = 0;
    for (const cells of lines) {
      if (first + done >= body.rows.length && !addRow(grid)) break;
      const controls = controlsOf(body.rows[first + done]);
      cells.forEach((text, index) => {
        const target = controls[column + index];
        if (target && !put(target, text)) wrong += 1;
      });
      done += 1;
    }
    control.focus();
    const errors = wrong ? ` 목록에 없는 값이 ${wrong}칸 있습니다. 칸에 표시했습니다.` : "";
    tell(grid, `${done}줄을 붙여 넣었습니다.${errors}`, undo);
  };

  document.addEventListener("paste", (event) => {
    const grid = event.target.closest?.("table[data-grid-paste]");
    const control = event.target.closest?.(CONTROLS);
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!grid || !control?.closest("tbody") || !isTable(event.clipboardData, text)) return;
    event.preventDefault();
    const lines = parse(text);
    if (lines.length && isHeader(grid, lines[0])) lines.shift();
    if (lines.length) paste(grid, control, lines);
  });
  document.addEventListener("change", (event) => {
    if (event.isTrusted && event.target.dataset?.pasteError) clearError(event.target);
  });
})();

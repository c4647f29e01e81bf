// Before the form of hand_in.ipynb packs the exercises, everything that's open is saved: Python reads what's stored.
const BUTTONS = '[data-pic="hand_in"] [data-act]';
let saved = false;

document.addEventListener(
  "click",
  async (event) => {
    const button = event.target.closest?.(BUTTONS);
    if (!button || saved) return;
    event.stopPropagation();
    try {
      await window.jupyterapp.commands.execute("docmanager:save-all");
    } catch {} // JupyterLab has said why
    saved = true;
    button.click();
    saved = false;
  },
  true,
);

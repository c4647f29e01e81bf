// In a narrow window the lesson has the room: what stands left and right of it begins closed, and opens by its icons.
const NARROW = 900; // pixels
const waiting = setInterval(() => {
  const shell = window.jupyterapp?.shell;
  if (!shell?.currentWidget) return;
  clearInterval(waiting);
  if (window.innerWidth < NARROW) {
    shell.collapseLeft();
    shell.collapseRight();
  }
}, 100);

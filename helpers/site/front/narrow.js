// In a narrow window the lesson has the room: what stands left and right of it begins closed, and opens by its icons.
const NARROW = 900; // pixels
const SETTLES = 3000; // milliseconds in which JupyterLab still opens the list of files for the notebook that it shows

async function begin() {
  while (!window.jupyterapp?.shell?.currentWidget) await new Promise((resolve) => setTimeout(resolve, 100));
  const { shell, restored } = window.jupyterapp;
  await restored;
  const close = () => {
    if (!shell.leftCollapsed) shell.collapseLeft();
    if (!shell.rightCollapsed) shell.collapseRight();
  };
  close();
  const closing = setInterval(close, 100);
  setTimeout(() => clearInterval(closing), SETTLES);
}

if (window.innerWidth < NARROW) begin();

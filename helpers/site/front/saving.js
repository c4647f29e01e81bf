// A notebook is saved with the still pictures beside its live ones, as `course lab` does it: a live picture is gone with
// its kernel, and JupyterLab would show an error in its place. The open notebook keeps it.
const LIVE = "application/vnd.jupyter.widget-view+json";

function still(output) {
  if (!output.data?.["text/html"] || !output.data[LIVE]) return output;
  const { [LIVE]: _, ...data } = output.data;
  return { ...output, data };
}

async function begin() {
  while (!window.jupyterapp?.serviceManager) await new Promise((resolve) => setTimeout(resolve, 50));
  const { contents } = window.jupyterapp.serviceManager;
  const save = contents.save.bind(contents);
  contents.save = (path, options = {}) => {
    const { content } = options;
    if (options.type !== "notebook" || !content?.cells) return save(path, options);
    const cells = content.cells.map((cell) => (cell.outputs ? { ...cell, outputs: cell.outputs.map(still) } : cell));
    return save(path, { ...options, content: { ...content, cells } });
  };
}

begin();

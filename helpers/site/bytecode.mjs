// Puts the bytecode of all Python files below some folders beside them, made with the site's own Python:
// node bytecode.mjs PYODIDE FOLDER...
import { pathToFileURL } from "node:url";

const [pyodide, ...folders] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: pyodide });
folders.forEach((folder, number) => {
  python.FS.mkdirTree(`/folder${number}`);
  python.mountNodeFS(`/folder${number}`, folder);
  python.runPython(`
import compileall, py_compile

mode = py_compile.PycInvalidationMode.UNCHECKED_HASH  # there is no source that it could be older than
compileall.compile_dir("/folder${number}", maxlevels=20, quiet=2, legacy=True, invalidation_mode=mode)
`);
});

// Puts the bytecode of all Python files below some folders beside them, made with the site's own Python:
// node bytecode.mjs PYODIDE '{"FOLDER": "where its files lie in a tab", ...}'
import { pathToFileURL } from "node:url";

const [pyodide, folders] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: pyodide });
Object.entries(JSON.parse(folders)).forEach(([folder, inTheTab], number) => {
  const here = `/folder${number}`;
  python.FS.mkdirTree(here);
  python.mountNodeFS(here, folder);
  python.globals.set("here", here);
  python.globals.set("in_the_tab", inTheTab);
  python.runPython(`
import compileall, py_compile

mode = py_compile.PycInvalidationMode.UNCHECKED_HASH  # there is no source that it could be older than
places = {"stripdir": here, "prependdir": in_the_tab}  # for the lines of a traceback
compileall.compile_dir(here, maxlevels=20, quiet=2, legacy=True, invalidation_mode=mode, **places)
`);
});

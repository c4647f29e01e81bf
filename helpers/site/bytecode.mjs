// Puts the bytecode of all Python files below some folders beside them, made with the site's own Python:
// node bytecode.mjs PYODIDE '[{"folder": ..., "inTheTab": "where its files lie in a tab", "legacy": false}, ...]'
// legacy: the bytecode lies beside its source, for folders that lose the source and for archives.
import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, folders] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: pyodide });
JSON.parse(folders).forEach(({ folder, inTheTab, legacy }, number) => {
  const here = `/folder${number}`;
  python.FS.mkdirTree(here);
  python.mountNodeFS(here, folder);
  python.globals.set("here", here);
  python.globals.set("in_the_tab", inTheTab);
  python.globals.set("legacy", legacy);
  python.runPython(`
import compileall, py_compile

mode = py_compile.PycInvalidationMode.UNCHECKED_HASH  # unpacking changes the files' times
places = {"stripdir": here, "prependdir": in_the_tab}  # for the lines of a traceback
compileall.compile_dir(here, maxlevels=20, quiet=2, legacy=legacy, invalidation_mode=mode, **places)
`);
  writeSync(1, `${number + 1}\n`); // how many are done, told at once
});

// Compiles Python with the site's own Python, so that no tab has to: node bytecode.mjs PYODIDE PACKAGES STDLIB
// Below PACKAGES the bytecode is put where importing finds it; below STDLIB beside each file, as in a zip archive.
import { pathToFileURL } from "node:url";

const [pyodide, packages, stdlib] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: pyodide });
for (const [place, folder] of [["/packages", packages], ["/stdlib", stdlib]]) {
  python.FS.mkdirTree(place);
  python.mountNodeFS(place, folder);
}
python.runPython(`
import compileall, py_compile, sys

mode = py_compile.PycInvalidationMode.UNCHECKED_HASH  # unpacking changes the files' times
compileall.compile_dir("/packages", maxlevels=20, quiet=2, invalidation_mode=mode)
archive = next(path for path in sys.path if path.endswith(".zip"))
compileall.compile_dir("/stdlib", maxlevels=20, quiet=2, invalidation_mode=mode, legacy=True, stripdir="/stdlib", prependdir=archive)
`);

/** Builds dist/. `node build.js --check` says whether dist/ is what the sources make. */
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bytes after gzip that each file for a page may have. */
const MOST = { 'c360.core.js': 6 * 1024, 'c360.js': 10 * 1024 };

/** Names that only our own parts call each other by: shortened in the files for a page. Never names of what is stored,
 * sent, or of the browser's. */
const OURS =
  /^(admit|emit|end|fault|forget|isNew|know|leave|lock|open|outcome|part|pause|prefix|rest|resume|retryAfter|send|start|stop|tab|text|touch|transport|vault|wipe)$/;

const FILES = [
  { name: 'c360.js', entry: 'src/script-full.js', format: 'iife', minify: true },
  { name: 'c360.core.js', entry: 'src/script-core.js', format: 'iife', minify: true },
  { name: 'c360.mjs', entry: 'src/index.js', format: 'esm', minify: false },
  { name: 'c360.cjs', entry: 'src/index.js', format: 'cjs', minify: false },
];

const folder = new URL('./', import.meta.url);
const isCheck = process.argv.includes('--check');
let isFine = true;
mkdirSync(new URL('dist/', folder), { recursive: true });

/** @param {string} name @param {string} text */
const put = (name, text) => {
  const file = new URL(`dist/${name}`, folder);
  if (!isCheck) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${name} is not what the sources make: run "make sdk"`);
    isFine = false;
  }
};

// TypeScript wants a file of types for each kind of module.
const types = readFileSync(new URL('src/types.d.ts', folder), 'utf8');
for (const name of ['c360.d.mts', 'c360.d.cts']) put(name, types);

for (const { name, entry, format, minify } of FILES) {
  const { outputFiles } = await build({
    absWorkingDir: folder.pathname,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format,
    minify,
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    ...(minify && { mangleProps: OURS, banner: { js: '/* c360, Apache-2.0 */' } }),
  });
  const text = outputFiles[0].text;
  const size = gzipSync(text, { level: 9 }).length;
  const most = MOST[name] ?? Infinity;
  console.log(`${name}: ${text.length} bytes, ${size} after gzip`);
  if (size > most) {
    console.error(`${name} is larger than ${most} bytes after gzip`);
    isFine = false;
  }
  put(name, text);
}
process.exitCode = isFine ? 0 : 1;

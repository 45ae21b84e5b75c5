/** Runs the unit tests and asks for the coverage of branches that we promise. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LEAST = 95;
const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'c360-sdk-'));
const report = join(folder, 'lcov');
const files = readdirSync(join(root, 'tests')).filter((name) => name.endsWith('.test.js'));

const { status } = spawnSync(
  process.execPath,
  [
    '--test', '--experimental-test-coverage',
    '--test-reporter=spec', '--test-reporter-destination=stdout',
    '--test-reporter=lcov', `--test-reporter-destination=${report}`,
    ...files.map((name) => join('tests', name)),
  ],
  { cwd: root, stdio: 'inherit' },
);

let found = 0;
let hit = 0;
for (const record of readFileSync(report, 'utf8').split('end_of_record')) {
  const file = /SF:(.*)/.exec(record)?.[1] ?? '';
  if (!/(^|\/)src\/[^/]+\.js$/.test(file)) continue;
  const branches = [...record.matchAll(/^BRDA:(\d+),\d+,\d+,(\S+)$/gm)];
  const missed = branches.filter(([, , times]) => !Number(times)).map(([, line]) => line);
  found += branches.length;
  hit += branches.length - missed.length;
  if (missed.length) console.log(`${file}: a branch of line ${missed.join(', ')} was not taken`);
}
rmSync(folder, { recursive: true });
const share = (100 * hit) / found;
console.log(`branches: ${hit} of ${found}, ${share.toFixed(2)} %`);
process.exitCode = status || !(share >= LEAST) ? 1 : 0;

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { glob } from '../../../../engine/cli/evaluate/glob.ts';
import { seededRandom } from '../../../../engine/seeded-random.ts';
import { isExact, randomSpan, SPAN_KINDS } from '../../../../engine/cli/evaluate/spans.ts';
import { assertBadInput } from '../../../fixtures/bad-input.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const FILES = [
  {
    path: 'a.ts',
    text: 'import { b } from "./b";\n\nexport function f(x: number): number {\n  return b(x, [1]);\n}\n',
  },
  { path: 'b.ts', text: 'x\n\n' },
];

describe('random spans', () => {
  it('are not looked for without end', async () => {
    const draw = (): unknown => randomSpan([{ path: 'one.js', text: 'let a = b' }], 'lines', seededRandom(1));
    await assertBadInput(Promise.resolve().then(draw), { source: 'one.js', expected: /of the kind "lines"/ });
  });

  for (const kind of SPAN_KINDS)
    it(`of the kind "${kind}" put together again are the file, and begin inside a line`, () => {
      const random = seededRandom(3);
      for (let turn = 0; turn < 200; turn++) {
        const { path, prefix, suffix, truth } = randomSpan(FILES, kind, random);
        assert.equal(path, 'a.ts');
        assert.equal(prefix + truth + suffix, FILES[0]?.text);
        assert.notEqual(prefix.split('\n').at(-1)?.trim(), '');
        assert.notEqual(truth[0], '\n');
        if (kind === 'line') assert.equal(suffix[0], '\n');
        if (kind === 'lines') assert.ok(truth.includes('\n'));
        if (kind === 'inside') assert.match(suffix, /^\s*[)}\]"';:{]/);
      }
    });

  it('are the same for the same seed', () => {
    const spans = [5, 5, 6].map((seed) => randomSpan(FILES, 'line', seededRandom(seed)).prefix);
    assert.equal(spans[0], spans[1]);
    assert.notEqual(spans[0], spans[2]);
  });

  it('are exact but for spaces at the end; of several lines those asked for count', () => {
    const span = { path: '', prefix: '', suffix: '' };
    assert.ok(isExact({ ...span, kind: 'line', truth: 'a b' }, 'a b '));
    assert.ok(!isExact({ ...span, kind: 'line', truth: 'a b' }, 'a b\nc'));
    assert.ok(isExact({ ...span, kind: 'lines', truth: 'a\nb' }, 'a\nb\nc'));
    assert.ok(!isExact({ ...span, kind: 'lines', truth: 'a\nb' }, 'a'));
  });
});

describe('glob', () => {
  const root = temporaryFolder();
  it('names files of all folders below but those of other people', async () => {
    for (const folder of ['src/deep', 'node_modules/x']) mkdirSync(join(root, folder), { recursive: true });
    for (const name of ['a.ts', 'b.js', 'src/c.ts', 'src/deep/d.tsx', 'node_modules/x/e.ts'])
      writeFileSync(join(root, name), '');
    const names = async (pattern: string): Promise<string[]> =>
      (await glob(`${root}/${pattern}`)).map((path) => path.slice(root.length + 1));
    assert.deepEqual(await names('**/*.ts'), ['a.ts', 'src/c.ts']);
    assert.deepEqual(await names('*.{ts,js}'), ['a.ts', 'b.js']);
    assert.deepEqual(await names('src/**/*.ts?'), ['src/deep/d.tsx']);
    assert.deepEqual(await names('a.ts'), ['a.ts']);
    assert.deepEqual(await names('./src/./*.ts'), ['src/c.ts']);
    assert.deepEqual(await names('src/'), ['src/c.ts', 'src/deep/d.tsx']);
  });
});

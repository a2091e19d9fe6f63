import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { firstWordOf, spansOf } from '../../../../engine/completion/measuring/spans.ts';
import { seededRandom } from '../../../../engine/seeded-random.ts';

const text = Array.from({ length: 60 }, (_, line) => `  const value${line} = compute(${line}, "text");`).join(
  '\n',
);
const file = { path: 'src/a.ts', languageId: 'typescript', text };

describe('spansOf', () => {
  it('takes the rest of lines from a word on, and some whole lines, and leaves the rest of the file as it is', () => {
    const spans = spansOf([file], 30, seededRandom(1));
    assert.equal(spans.length, 30);
    for (const { context, expected, lines } of spans) {
      assert.equal(context.prefix + expected + context.suffix, text);
      assert.match(expected, lines === 1 ? /^\w.*;$/ : /^const .*;\n {2}const .*;\n {2}const .*;$/);
      assert.ok(context.suffix === '' || context.suffix.startsWith('\n'));
      assert.deepEqual([context.path, context.languageId], ['src/a.ts', 'typescript']);
    }
    assert.ok(spans.some(({ lines }) => lines > 1));
    assert.equal(new Set(spans.map(({ context }) => context.prefix)).size, 30);
  });

  it('is the same for the same seed', () => {
    const places = (seed: number) => spansOf([file], 10, seededRandom(seed)).map(({ expected }) => expected);
    assert.deepEqual(places(3), places(3));
    assert.notDeepEqual(places(3), places(4));
  });

  it('takes what there is, and nothing of signs, blank lines and lines that no hand wrote', () => {
    const small = { ...file, text: `{\n\n}\nx\n${'a'.repeat(500)}\r\nreturn this;\r\n` };
    const spans = spansOf([small], 10, seededRandom(1));
    assert.ok(spans.length === 1, JSON.stringify(spans.map(({ expected }) => expected)));
    assert.match(spans[0]?.expected ?? '', /^(return )?this;$/);
    assert.deepEqual(spansOf([], 10, seededRandom(1)), []);
  });
});

describe('firstWordOf', () => {
  for (const [from, word] of [
    ['value1 = 2', 'value1'],
    [' === b', ' ==='],
    ['', ''],
    ['né(x)', 'né'],
  ] as const) {
    it(JSON.stringify(from), () => {
      assert.equal(firstWordOf(from), word);
    });
  }
});

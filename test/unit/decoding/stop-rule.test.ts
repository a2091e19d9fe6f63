import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StopRule, type TextLines } from '../../../engine/decoding/index.ts';

/** A picture: the document with the cursor, what the model would go on to write, and what is kept of it. */
interface Picture {
  it: string;
  language: string;
  lines?: TextLines;
  document: string;
  model: string;
  text: string;
  stop: string | undefined;
}

const pictures: Picture[] = [
  // One line
  {
    it: 'ends with the line in the middle of a statement',
    language: 'typescript',
    document: 'const total = █\nreturn total;',
    model: 'a + b;\nconst next = 1;\n',
    text: 'a + b;',
    stop: 'line',
  },
  {
    it: 'offers nothing after a line that is complete',
    language: 'typescript',
    document: 'foo();█\n',
    model: '\nbar();\n',
    text: '',
    stop: 'line',
  },
  {
    it: 'gives one statement on a blank line between others',
    language: 'typescript',
    document: 'function f() {\n  const a = 1;\n  █\n  return a;\n}\n',
    model: 'const b = 2;\n  const c = 3;\n',
    text: 'const b = 2;',
    stop: 'line',
  },
  {
    it: 'gives one line where only one is wanted, whatever opens',
    language: 'typescript',
    lines: 'single',
    document: 'function f() {█\n',
    model: ' return 1;\n}\n',
    text: ' return 1;',
    stop: 'line',
  },
  // The rest of the line
  {
    it: 'stops at the bracket that stands there already',
    language: 'typescript',
    document: 'foo(█)',
    model: 'a, b);\nbar();',
    text: 'a, b',
    stop: 'suffix',
  },
  {
    it: 'closes what it opens itself',
    language: 'typescript',
    document: 'foo(█)',
    model: 'bar(a), baz(b));\n',
    text: 'bar(a), baz(b)',
    stop: 'suffix',
  },
  {
    it: 'stops where two brackets are there',
    language: 'typescript',
    document: 'foo(bar(█));',
    model: 'a));\n',
    text: 'a',
    stop: 'suffix',
  },
  {
    it: 'stops before an argument that stands there already',
    language: 'typescript',
    document: 'foo(█, options)',
    model: 'path, options)\n',
    text: 'path',
    stop: 'suffix',
  },
  {
    it: 'stops at the quote that stands there already',
    language: 'typescript',
    document: "import { a } from '█';",
    model: "./a.ts';\nimport x",
    text: './a.ts',
    stop: 'suffix',
  },
  {
    it: 'does not write the semicolon twice',
    language: 'typescript',
    document: 'return █;\n',
    model: 'a + b;\n}',
    text: 'a + b',
    stop: 'suffix',
  },
  {
    it: 'keeps a space before the rest of the line',
    language: 'python',
    document: 'x = █+ 1\n',
    model: 'y \n',
    text: 'y ',
    stop: 'line',
  },
  {
    it: 'does not write the end of a signature twice',
    language: 'typescript',
    document: 'function add(█: number): number {\n  return a + b;\n}',
    model: 'a: number, b: number): number {\n',
    text: 'a: number, b',
    stop: 'suffix',
  },
  // Blocks
  {
    it: 'ends with the bracket of the block',
    language: 'typescript',
    document: 'function add(a, b) {█\n',
    model: '\n  return a + b;\n}\n\nfunction sub(a, b) {\n',
    text: '\n  return a + b;\n}',
    stop: 'block',
  },
  {
    it: 'goes on over else',
    language: 'typescript',
    document: 'if (a) {█\n',
    model: '\n  b();\n} else {\n  c();\n}\nd();\n',
    text: '\n  b();\n} else {\n  c();\n}',
    stop: 'block',
  },
  {
    it: 'leaves out the bracket that stands there already',
    language: 'typescript',
    document: 'function add(a, b) {\n  █\n}\n',
    model: 'const c = a + b;\n  return c;\n}\n\nfunction',
    text: 'const c = a + b;\n  return c;',
    stop: 'suffix',
  },
  {
    it: 'writes the bracket of an empty block that has none',
    language: 'go',
    document: 'func Add(a, b int) int {\n\t█',
    model: 'return a + b\n}\n\nfunc Sub',
    text: 'return a + b\n}',
    stop: 'block',
  },
  {
    it: 'does not take the bracket of an outer block for its own',
    language: 'java',
    document: 'class A {\n    int get() {\n        █\n}\n',
    model: 'return 1;\n    }\n}\n',
    text: 'return 1;\n    }',
    stop: 'block',
  },
  {
    it: 'ends an argument list with its line',
    language: 'typescript',
    document: 'console.log(█\n',
    model: "'a', b);\nfoo();\n",
    text: "'a', b);",
    stop: 'line',
  },
  {
    it: 'ends an arrow function with its expression',
    language: 'typescript',
    document: 'const f = (x) =>█\n',
    model: ' x + 1;\nconst g = 2;\n',
    text: ' x + 1;',
    stop: 'line',
  },
  {
    it: 'closes a callback and its call',
    language: 'javascript',
    document: "it('adds', () => {█\n",
    model: '\n  assert(add(1, 2) === 3);\n});\n\nit(',
    text: '\n  assert(add(1, 2) === 3);\n});',
    stop: 'block',
  },
  {
    it: 'goes on over a blank line inside brackets',
    language: 'rust',
    document: 'fn main() {█\n',
    model: '\n    let a: &\'static str = "}";\n\n    println!("{a}");\n}\n\nfn f() {',
    text: '\n    let a: &\'static str = "}";\n\n    println!("{a}");\n}',
    stop: 'block',
  },
  {
    it: 'ends with the dedent',
    language: 'python',
    document: 'def add(a, b):█\n',
    model: '\n    return a + b\n\n\ndef sub',
    text: '\n    return a + b',
    stop: 'block',
  },
  {
    it: 'ends before a line of the outer block',
    language: 'python',
    document: 'for x in xs:\n    █\n',
    model: 'if x:\n        print(x)\nprint("done")\n',
    text: 'if x:\n        print(x)',
    stop: 'block',
  },
  {
    it: 'passes over a docstring to see that a body is empty',
    language: 'python',
    document: 'def f(a):\n    """Doubles."""\n    █\n\n\ndef g():\n    pass\n',
    model: 'b = a * 2\n    return b\n\n\ndef h',
    text: 'b = a * 2\n    return b',
    stop: 'block',
  },
  {
    it: 'ends with the closing tag',
    language: 'html',
    document: '<ul>█\n',
    model: "\n  <li>don't (</li>\n  <li>b</li>\n</ul>\n<p>",
    text: "\n  <li>don't (</li>\n  <li>b</li>\n</ul>",
    stop: 'block',
  },
  {
    it: 'ends with the rule',
    language: 'css',
    document: '.a {█\n',
    model: '\n  color: #fff;\n  margin: 0;\n}\n.b {',
    text: '\n  color: #fff;\n  margin: 0;\n}',
    stop: 'block',
  },
  {
    it: 'knows C comments and characters',
    language: 'c',
    document: 'int f(void) {█\n',
    model: "\n  char c = '}'; /* } */\n  return c; // }\n}\nint g",
    text: "\n  char c = '}'; /* } */\n  return c; // }\n}",
    stop: 'block',
  },
  {
    it: 'ends several statements at a blank line',
    language: 'typescript',
    lines: 'multiple',
    document: 'const a = █\n',
    model: '1;\nconst b = 2;\n\nconst c = 3;\n',
    text: '1;\nconst b = 2;',
    stop: 'block',
  },
  {
    it: 'sees the suffix of a document with CRLF',
    language: 'typescript',
    document: 'if (a) {\r\n  █\r\n}\r\n',
    model: 'b();\n}\n',
    text: 'b();',
    stop: 'suffix',
  },
  // The suffix, repetition, the model's own end
  {
    it: 'never goes on into the suffix',
    language: 'python',
    document: 'def f():\n    a = 1\n    █\n    return a\n',
    model: 'return a\n',
    text: '',
    stop: 'suffix',
  },
  {
    it: 'stops before the next function',
    language: 'typescript',
    lines: 'multiple',
    document: 'const a = 1;\n█\nfunction next() {\n}\n',
    model: 'const b = 2;\nfunction next() {\n',
    text: 'const b = 2;',
    stop: 'suffix',
  },
  {
    it: 'stops when a line comes for the third time',
    language: 'python',
    document: 'def f():█\n',
    model: '\n    print(1)\n    print(1)\n    print(1)\n    print(1)\n',
    text: '\n    print(1)',
    stop: 'repetition',
  },
  {
    it: 'stops when lines alternate',
    language: 'python',
    document: 'def f():█\n',
    model: `\n${'    a()\n    b()\n'.repeat(4)}`,
    text: '\n    a()\n    b()',
    stop: 'repetition',
  },
  {
    it: 'stops in a loop of tokens',
    language: 'typescript',
    document: 'const s = █\n',
    model: 'a + b'.repeat(100),
    text: 'a + b',
    stop: 'repetition',
  },
  {
    it: 'drops spaces and blank lines at the end',
    language: 'typescript',
    lines: 'multiple',
    document: 'const a = █\n',
    model: '1;  \n',
    text: '1;',
    stop: undefined,
  },
];

function run(
  { language, lines = 'auto', document, model }: Picture,
  pieces: readonly string[],
): [string, string | undefined] {
  const [prefix = '', suffix = ''] = document.split('█');
  const rule = new StopRule({ prefix, suffix, lines, languageId: language });
  for (const piece of pieces) if (rule.push(piece) !== undefined) break;
  assert.equal(pieces.join(''), model);
  const stop = rule.finish('complete');
  return [rule.text, stop];
}

describe('StopRule', () => {
  for (const picture of pictures) {
    it(`${picture.it} (${picture.language})`, () => {
      assert.deepEqual(run(picture, [picture.model]), [picture.text, picture.stop]);
    });
  }

  it('does not depend on how the text comes in pieces', () => {
    for (const picture of pictures) {
      const whole = run(picture, [picture.model]);
      assert.deepEqual(run(picture, Array.from(picture.model)), whole, picture.it);
      assert.deepEqual(run(picture, picture.model.match(/[^]{1,7}/gu) ?? []), whole, picture.it);
    }
  });

  it('drops a last line that was cut short', () => {
    const rule = new StopRule({ prefix: 'def f():', suffix: '', lines: 'auto', languageId: 'python' });
    rule.push('\n    a = 1\n    b = some_fun');
    assert.equal(rule.finish('cut-short'), undefined);
    assert.equal(rule.text, '\n    a = 1');
  });

  it('keeps a line that was cut short if it is the only one', () => {
    const rule = new StopRule({ prefix: 'x = ', suffix: '', lines: 'auto', languageId: 'python' });
    rule.push('some_fun');
    rule.finish('cut-short');
    assert.equal(rule.text, 'some_fun');
  });

  for (const [document, model, text, stop] of [
    ['const s = █\n', 'a;\n```\nThis', 'a;', 'block'],
    ['function f() {\n  █\n', 'a();\n  b();\n```\nThis', 'a();\n  b();', 'block'],
    ['a();\n█', '```', '', 'block'],
    ['const s = █', '```;', '```;', undefined],
  ] as const) {
    it(`in a code fence, ends with the fence: ${JSON.stringify(document + model)}`, () => {
      const [prefix = '', suffix = ''] = document.split('█');
      const context = { prefix, suffix, lines: 'multiple', languageId: 'typescript' } as const;
      const rule = new StopRule({ ...context, isFenced: true });
      for (const character of model) if (rule.push(character) !== undefined) break;
      assert.deepEqual([rule.text, rule.finish('complete')], [text, stop]);
    });
  }

  it('a line of backticks is text where there is no fence', () => {
    const rule = new StopRule({ prefix: '', suffix: '', lines: 'multiple', languageId: 'markdown' });
    assert.equal(rule.push('```\nls\n'), undefined);
  });
});

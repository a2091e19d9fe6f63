import assert from 'node:assert/strict';
import { chosenFiles, isProjectSource, isWritten } from '../../../../extension/completion/projectSources.ts';

describe('source files of the project', () => {
  it('are code of its own, and neither secrets nor written by tools', () => {
    for (const path of ['src/a.ts', 'b.PY', 'c/d.vue', 'tsconfig.json', 'src/build.ts', 'distance/a.ts'])
      assert.ok(isProjectSource(path), path);
    for (const path of [
      '.env',
      'key.pem',
      'credentials.json',
      'home/.ssh/config.sh',
      'a.png',
      'package-lock.json',
      'x.min.js',
      'node_modules/a/index.js',
      'packages/one/dist/a.js',
    ])
      assert.ok(!isProjectSource(path), path);
  });

  it('are as many as there is room for, those changed last, and the very last at the end', () => {
    const file = (changed: number, bytes = 100_000) => ({ path: `${changed}.ts`, bytes, changed });
    const files = Array.from({ length: 100 }, (_, at) => file(at));
    const chosen = chosenFiles([...files, file(200, 1_000_000), file(201, 0)]);
    assert.equal(chosen.at(-1)?.changed, 99);
    assert.equal(chosen.length, 83);
    assert.equal(chosen[0]?.changed, 17);
  });

  it('are texts with lines of a length that people write', () => {
    assert.ok(isWritten('let a = 1;\nlet b = 2;\n'));
    assert.ok(!isWritten(`var a=${'1+'.repeat(500)}1;`));
    assert.ok(!isWritten('\0\0\n'));
    assert.ok(!isWritten(''));
  });
});

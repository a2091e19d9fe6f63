import assert from 'node:assert/strict';
import { excludePattern, readSources, spread } from '../../../../extension/models/sourceFiles.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the source files to measure on', () => {
  it("leave out what the editor's settings leave out", () => {
    assert.equal(
      excludePattern(
        { '**/out': true, '**/kept': false },
        { '**/*.js': { when: '$(basename).ts' }, '**/out': true },
      ),
      '{**/node_modules,**/.git,**/out,**/*.js}',
    );
    assert.equal(excludePattern(undefined, undefined), '{**/node_modules,**/.git}');
  });

  it('leave out secrets and languages that are switched off', () => {
    const files = ['src/b.ts', 'src/a.py', '.ssh/c.ts', 'secrets.json', 'a.go'].map((path) => ({ path }));
    const paths = spread(files, (languageId) => languageId !== 'go').map(({ path }) => path);
    assert.deepEqual(paths, ['src/a.py', 'src/b.ts']);
  });

  it('come from all over a large workspace', () => {
    const files = Array.from({ length: 600 }, (_, at) => ({ path: `${String(at).padStart(3, '0')}.ts` }));
    const paths = spread(files, () => true).map(({ path }) => path);
    assert.equal(paths.length, 60);
    assert.deepEqual([paths[0], paths[59]], ['000.ts', '590.ts']);
  });

  it('are text of a bounded size; what cannot be read is left out', async () => {
    const contents: Record<string, Uint8Array> = {
      'a.ts': bytes('let é;'),
      'binary.ts': Uint8Array.of(65, 0, 66),
      'empty.ts': bytes(''),
      'large.ts': bytes('x'.repeat(300_000)),
    };
    const paths = [...Object.keys(contents), 'gone.ts'].map((path) => ({ path }));
    const read = ({ path }: { path: string }): Promise<Uint8Array> => {
      const content = contents[path];
      return content === undefined ? Promise.reject(new Error('gone')) : Promise.resolve(content);
    };
    assert.deepEqual(await readSources(paths, read), [
      { path: 'a.ts', languageId: 'typescript', text: 'let é;' },
    ]);
  });

  it('are no more than 2 MiB together', async () => {
    const paths = Array.from({ length: 20 }, (_, at) => ({ path: `${at}.ts` }));
    const read = () => Promise.resolve(bytes('x'.repeat(200_000)));
    assert.equal((await readSources(paths, read)).length, 10);
  });
});

import assert from 'node:assert/strict';
import { Completer } from '../../../engine/completion/completer.ts';
import type { CompletionRequest, CompletionResult } from '../../../engine/index.ts';
import { chooseFimFormat } from '../../../engine/prompt/index.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import { StateFiles } from '../../../engine/state/state-files.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyGranite, openTinyModel } from '../../fixtures/tiny-model.ts';

const PREFIX = 'export function add(x: number, y: number): number {\n  return x + y;\n}\n\n'.repeat(4);
const SUFFIX = '\n}\n\nexport const pi = 3.14159;\n'.repeat(6);
const never = (): boolean => false;

const request = (prefix = `${PREFIX}const sum = `): CompletionRequest => ({
  context: { prefix, suffix: SUFFIX, prefixOffset: 0, path: 'a.ts', languageId: 'typescript' },
  document: 'file:///a.ts',
  lines: 'auto',
  maxTokens: 8,
  prefixTokens: 1500,
  suffixTokens: 500,
});

const said = (result: CompletionResult): string =>
  result.kind === 'completion' ? result.text : result.reason;

for (const [architecture, open] of [
  ['Mamba-2', openTinyModel],
  ['Granite', openTinyGranite],
] as const) {
  describe(`states on disk of a tiny ${architecture}`, () => {
    const root = temporaryFolder();
    let session: ModelSession;
    let tokenizer: Tokenizer;
    let count = 0;
    before(async () => {
      ({ session } = await open(root));
      tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
    });
    after(() => session.close());
    /** A completer as after a restart, and its folder. */
    const start = (folder: string | undefined, modelHash = 'ab'.repeat(32)): Completer => {
      const stateLength = (tokens: number): number => session.bytesAfter(tokens) / 4;
      const files = folder && new StateFiles({ folder, modelHash, stateLength, capBytes: 1e8 });
      const model = { session, tokenizer, format: chooseFimFormat(tokenizer) };
      return new Completer(model, 2 ** 24, { files: files || undefined });
    };
    const newFolder = (): string => `${root}/states-${count++}`;

    it('a file that is opened again after a restart starts warm, and says the same', async () => {
      const folder = newFolder();
      const before = start(folder);
      const first = await before.complete(request(), never);
      assert.equal(first.account.reusedTokens, 0);
      await before.save('file:///a.ts');
      await before.written();
      const again = await start(folder).complete(request(), never);
      assert.equal(said(again), said(first));
      assert.ok(again.account.advancedTokens <= 8, JSON.stringify(again.account));
      assert.equal(again.account.reusedTokens + again.account.advancedTokens, again.account.promptTokens);
    });

    it('so does a prompt that ends with the cursor and nothing else', async () => {
      const folder = newFolder();
      const files = new StateFiles({
        folder,
        modelHash: 'cd'.repeat(32),
        stateLength: (tokens) => session.bytesAfter(tokens) / 4,
        capBytes: 1e8,
      });
      const model = { session, tokenizer, format: chooseFimFormat(tokenizer, 'continuation') };
      const before = new Completer(model, 2 ** 24, { files });
      await before.complete(request(), never);
      await before.save('file:///a.ts');
      await before.written();
      const { account } = await new Completer(model, 2 ** 24, { files }).complete(request(), never);
      assert.ok(account.advancedTokens <= 8, JSON.stringify(account));
    });

    it('a state that there is no memory to copy is not saved, and the next one is', async () => {
      const folder = newFolder();
      const before = start(folder);
      const first = await before.complete(request(), never);
      const valuesOf = session.valuesOf.bind(session);
      session.valuesOf = () => {
        throw new RangeError('Array buffer allocation failed');
      };
      await before.save('file:///a.ts');
      await before.written();
      session.valuesOf = valuesOf;
      assert.equal((await start(folder).complete(request(), never)).account.reusedTokens, 0);
      await before.save('file:///a.ts');
      await before.written();
      const again = await start(folder).complete(request(), never);
      assert.equal(said(again), said(first));
      assert.ok(again.account.reusedTokens > 0);
    });

    it('after an edit above the cursor, the suffix still is', async () => {
      const folder = newFolder();
      const before = start(folder);
      await before.complete(request(), never);
      await before.save('file:///a.ts');
      await before.written();
      const { account } = await start(folder).complete(request(`import x;\n${PREFIX}const sum = `), never);
      assert.ok(account.reusedTokens > 50, JSON.stringify(account));
    });

    it('what was only warmed, such as the text with a suggestion in it, is not what is saved', async () => {
      const folder = newFolder();
      const before = start(folder);
      await before.complete(request(), never);
      await before.warm(request(`${PREFIX}const sum = add(1, 2) + add(3, 4) + add(5, 6);`), never);
      await before.save('file:///a.ts');
      await before.written();
      const { account } = await start(folder).complete(request(), never);
      assert.ok(account.advancedTokens <= 8, JSON.stringify(account));
    });

    it('another model starts cold', async () => {
      const folder = newFolder();
      const before = start(folder);
      await before.complete(request(), never);
      await before.save('file:///a.ts');
      await before.written();
      const { account } = await start(folder, 'cd'.repeat(32)).complete(request(), never);
      assert.equal(account.reusedTokens, 0);
    });

    it('a document that was dropped from memory comes back from disk', async () => {
      const completer = start(newFolder());
      await completer.complete(request(), never);
      await completer.save('file:///a.ts');
      await completer.written();
      completer.drop('file:///a.ts');
      assert.equal(completer.stateBytes, 0);
      const { account } = await completer.complete(request(), never);
      assert.ok(account.reusedTokens > 0);
    });

    it('without a folder, and for a document that nobody asked about, saving does nothing', async () => {
      await start(undefined).save('file:///a.ts');
      const completer = start(newFolder());
      await completer.save('file:///never.ts');
      assert.deepEqual(completer.used, []);
    });
  });
}

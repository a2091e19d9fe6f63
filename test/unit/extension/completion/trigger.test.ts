import assert from 'node:assert/strict';
import { decide, type Situation } from '../../../../extension/completion/trigger.ts';

const usual: Situation = {
  enable: { '*': true },
  languageId: 'typescript',
  scheme: 'file',
  path: '/w/a.ts',
  writable: true,
  automatic: true,
  cursors: 1,
  selectionIsEmpty: true,
  linePrefix: '',
  lineSuffix: '',
};

/** `yes`, or the reason. */
function decision(changes: Partial<Situation>): string {
  const decided = decide({ ...usual, ...changes });
  return decided.offer ? 'yes' : decided.reason;
}

/** A line with the cursor at `█`. */
function at(picture: string, automatic = true): string {
  const [linePrefix = '', lineSuffix = ''] = picture.split('█');
  return decision({ linePrefix, lineSuffix, automatic });
}

describe('whether to offer', () => {
  it('yes in a source file', () => {
    assert.equal(decision({}), 'yes');
  });

  it('not in a language that is switched off', () => {
    assert.equal(decision({ enable: { '*': true, typescript: false } }), 'switched off for typescript');
  });

  for (const scheme of ['untitled', 'vscode-notebook-cell', 'vscode-remote', 'vscode-vfs', 'vscode-userdata'])
    it(`yes in ${scheme} documents`, () => {
      assert.equal(decision({ scheme, writable: undefined }), 'yes');
    });

  it("yes in another extension's file system that can be written to", () => {
    assert.equal(decision({ scheme: 'memfs', writable: true }), 'yes');
  });

  for (const scheme of ['vscode-scm', 'output', 'git', 'something-else'])
    it(`not in ${scheme} documents`, () => {
      assert.equal(
        decision({ scheme, writable: undefined }),
        `documents of the scheme ${scheme} are not completed`,
      );
    });

  it('not in read-only documents', () => {
    assert.equal(decision({ writable: false }), 'documents of the scheme file are read-only');
  });

  it('not in files of secrets', () => {
    assert.equal(decision({ path: '/w/.env' }), 'files of this name often hold secrets');
  });

  it('not with several cursors', () => {
    assert.equal(decision({ cursors: 2 }), 'there are several cursors');
  });

  it('not over a selection while typing, but on request', () => {
    assert.equal(decision({ selectionIsEmpty: false }), 'text is selected');
    assert.equal(decision({ selectionIsEmpty: false, automatic: false }), 'yes');
  });

  for (const picture of [
    'foo(█)',
    'foo(█);',
    'f(() => {█});',
    'a["█"]',
    'if (█) {',
    'a = █,',
    'a█  ',
    '{ a█ }',
  ])
    it(`yes in ${picture}`, () => {
      assert.equal(at(picture), 'yes');
    });

  const rest = 'the rest of the line is more than closing brackets and punctuation';
  for (const picture of ['a = █ + b', 'foo(█, b)', '█ foo', 'a █ == b'])
    it(`only on request in ${picture}`, () => {
      assert.equal(at(picture), rest);
      assert.equal(at(picture, false), 'yes');
    });

  for (const picture of ['fo█o', 'größ█e', '$█a', 'a█1'])
    it(`never in the middle of a word: ${picture}`, () => {
      assert.equal(at(picture), 'the cursor is in the middle of a word');
      assert.equal(at(picture, false), 'the cursor is in the middle of a word');
    });
});

import { readFile, rename, writeFile } from 'node:fs/promises';
import type { FimKind } from './catalogue.ts';
import type { HubFile } from './hub/part-file.ts';

/** Where a model came from; it stands in the model's folder from the beginning of its download. */
export interface ModelRecord {
  version: 1;
  title: string;
  endpoint: string;
  repository: string;
  /** What was asked for: a branch, tag or commit. */
  requested: string;
  /** The commit that it was. */
  revision: string;
  licence: string | null;
  /** Null if nothing is known: the tokenizer's special tokens tell. */
  fim: FimKind | null;
  bits: 4 | 8;
  /** Null: chosen layer by layer. */
  block: number | null;
  /** The source's files with their hashes, once all of them have arrived. */
  files: readonly HubFile[] | null;
}

/** Undefined if there is none, or none that can be used. */
export async function readRecord(path: string): Promise<ModelRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as ModelRecord | null;
    const isWhole =
      record?.version === 1 &&
      [record.title, record.endpoint, record.repository, record.requested, record.revision].every(
        (text: unknown) => typeof text === 'string',
      ) &&
      (record.files === null || Array.isArray(record.files));
    return isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRecord(path: string, record: ModelRecord): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 1)}\n`);
  await rename(`${path}.new`, path);
}

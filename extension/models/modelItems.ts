import { basename, relative } from 'node:path';
import {
  type CatalogueModel,
  type FimKind,
  type Fit,
  type InstalledModel,
  sizeText,
  type Survey,
} from '../../engine/index.ts';
import type { Localizer } from '../status/localizer.ts';
import type { ModelFolder } from './modelFolder.ts';

/** What accepting an item does. */
export type Choice =
  | { kind: 'use'; model: InstalledModel; fit: Fit | undefined }
  | { kind: 'install'; fit: Fit }
  | { kind: 'resume'; model: InstalledModel }
  | { kind: 'folder' }
  | { kind: 'repository' }
  | { kind: 'bundled' }
  /** It is in use, or being installed. */
  | { kind: 'nothing' };

export type ItemButton = 'remove' | 'verify' | 'page';

export type ModelItem =
  | { kind: 'section'; label: string }
  | {
      kind: 'model';
      label: string;
      description: string;
      detail: string;
      choice: Choice;
      /** What its buttons are about. */
      installed?: InstalledModel;
      repository?: string;
      buttons: readonly ItemButton[];
    };

type Section = Extract<ModelItem, { kind: 'model' }>[];

export interface ModelFacts {
  survey: Survey;
  /** What the setting names. */
  inUse: ModelFolder;
}

/** Everything that can be chosen: what is there first, then what suits this machine best. */
export function modelItems(facts: ModelFacts, l10n: Localizer): ModelItem[] {
  const { fits, installed } = facts.survey;
  const isThere = (fit: Fit): boolean => installed.some((model) => isOf(model, fit.model));
  const missing = fits.filter((fit) => !isThere(fit));
  const recommended = missing.filter((fit) => fit.recommended);
  return [
    ...installedItems(facts, l10n),
    ...section(
      l10n.t('Recommended'),
      recommended.map((fit) => fitItem(fit, l10n)),
    ),
    ...section(
      recommended.length > 0 ? l10n.t('Others') : l10n.t('From the hub'),
      missing.filter((fit) => !fit.recommended).map((fit) => fitItem(fit, l10n)),
    ),
    ...section(l10n.t('Your own'), [
      other('folder-opened', l10n.t('A Folder on This Machine…'), l10n.t('A checkpoint or a model package'), {
        kind: 'folder',
      }),
      other(
        'repo',
        l10n.t('Another Repository of the Hub…'),
        l10n.t('Its architecture, size and licence are asked for first'),
        { kind: 'repository' },
      ),
    ]),
  ];
}

/** Only what is on this machine. */
export function installedItems({ survey, inUse }: ModelFacts, l10n: Localizer): ModelItem[] {
  const { fits, installed } = survey;
  const item = (model: InstalledModel): Section[number] => {
    const fit = fits.find((one) => isOf(model, one.model));
    return installedItem(model, fit, isInUse(model, inUse), l10n);
  };
  const used = installed.find((model) => isInUse(model, inUse));
  const bundled = other(
    'package',
    l10n.t('The Bundled Model'),
    l10n.t('Small and fast; comes with the extension'),
    inUse.kind === 'bundled' ? { kind: 'nothing' } : { kind: 'bundled' },
  );
  const whole = installed.filter((model) => model.state === 'installed' && model !== used);
  const partial = installed.filter((model) => model.state === 'partial');
  const own =
    used === undefined && inUse.kind !== 'bundled'
      ? [other('folder', basename(inUse.path), inUse.path, { kind: 'nothing' })]
      : [];
  return [
    ...section(l10n.t('In use'), [
      ...(used === undefined ? own : [item(used)]),
      ...(inUse.kind === 'bundled' ? [bundled] : []),
    ]),
    ...section(l10n.t('Installed'), [...whole.map(item), ...(inUse.kind === 'bundled' ? [] : [bundled])]),
    ...section(l10n.t('Not finished'), partial.map(item)),
  ];
}

/** Whether the setting names this model. */
export function isInUse(model: InstalledModel, inUse: ModelFolder): boolean {
  return relative(model.package, inUse.path) === '';
}

function isOf({ record }: InstalledModel, { repository, bits }: CatalogueModel): boolean {
  return record.repository === repository && record.bits === bits;
}

function section(label: string, items: Section): ModelItem[] {
  return items.length === 0 ? [] : [{ kind: 'section', label }, ...items];
}

function other(icon: string, label: string, description: string, choice: Choice): Section[number] {
  return { kind: 'model', label: `$(${icon}) ${label}`, description, detail: '', choice, buttons: [] };
}

function installedItem(
  model: InstalledModel,
  fit: Fit | undefined,
  isUsed: boolean,
  l10n: Localizer,
): Section[number] {
  const { record, state, isBusy, bytes } = model;
  const shared = { kind: 'model' as const, installed: model, repository: record.repository };
  if (state === 'partial') {
    return {
      ...shared,
      label: `$(cloud-download) ${record.title}`,
      description: l10n.t('{0} on disk', sizeText(bytes)),
      detail: isBusy
        ? l10n.t('It is being installed at this moment.')
        : l10n.t('Choose it to go on where it stopped.'),
      choice: isBusy ? { kind: 'nothing' } : { kind: 'resume', model },
      buttons: isBusy ? ['page'] : ['remove', 'page'],
    };
  }
  const needs = fit === undefined ? [] : needsText(fit, l10n);
  const format = record.fim === null ? [] : [fimText(record.fim, l10n)];
  return {
    ...shared,
    label: `$(${isUsed ? 'check' : 'database'}) ${record.title}`,
    description: [
      l10n.t('{0} on disk', sizeText(bytes)),
      fit?.model.licence ?? record.licence ?? l10n.t('no licence named'),
    ].join(' · '),
    detail: [...(fit === undefined ? [] : runReasons(fit)), ...needs, ...format].join(' · '),
    choice: isUsed ? { kind: 'nothing' } : { kind: 'use', model, fit },
    buttons: ['verify', 'remove', 'page'],
  };
}

function fitItem(fit: Fit, l10n: Localizer): Section[number] {
  const { model, recommended, verdict, downloadBytes, packageBytes } = fit;
  const icon = recommended ? 'star-full' : verdict === 'no' ? 'circle-slash' : 'cloud';
  const needs = needsText(fit, l10n);
  const verdictText =
    verdict === 'no'
      ? [l10n.t('Does not fit: {0}', reasonsOf(fit.reasons))]
      : verdict === 'good'
        ? [l10n.t('Fits'), ...needs]
        : [reasonsOf(fit.reasons), ...needs];
  return {
    kind: 'model',
    label: `$(${icon}) ${model.title}`,
    description: [
      l10n.t('{0} to download, {1} on disk', sizeText(downloadBytes), sizeText(packageBytes)),
      model.licence,
    ].join(' · '),
    detail: [...verdictText, fimText(model.fim, l10n)].join(' · '),
    choice: { kind: 'install', fit },
    repository: model.repository,
    buttons: ['page'],
  };
}

/** How a model asks for the middle, in words. */
export function fimText(fim: FimKind, l10n: Localizer): string {
  if (fim === 'mistral') return l10n.t('infills, suffix first');
  if (fim === 'prefix-suffix-middle') return l10n.t('infills, prefix first');
  return l10n.t('only continues');
}

/** A list is narrow: two short parts. */
function needsText({ msPerToken, memoryBytes }: Fit, l10n: Localizer): string[] {
  const ms = msPerToken < 10 ? msPerToken.toFixed(1) : String(Math.round(msPerToken));
  return [l10n.t('about {0} ms a token', ms), l10n.t('{0} of memory', sizeText(memoryBytes))];
}

/** What speaks against running a model that needs no more disk. */
function runReasons(fit: Fit): string[] {
  const reasons = fit.reasons.filter(({ kind }) => kind !== 'disk');
  return reasons.length === 0 ? [] : [reasonsOf(reasons)];
}

function reasonsOf(reasons: Fit['reasons']): string {
  return reasons.map(({ text }) => text).join(' ');
}

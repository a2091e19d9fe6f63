import { type Fit, type ModelSize, sizeText } from '../../engine/index.ts';
import type { Localizer } from '../status/localizer.ts';

export interface ToConfirm {
  title: string;
  repository: string;
  endpoint: string;
  licence: string | null;
  fit: Fit<ModelSize>;
}

export interface Confirmation {
  message: string;
  detail: string;
  accept: string;
  /** There is a reason against it. */
  isWarning: boolean;
}

/** What has to be accepted before a model is downloaded: its licence, its size, and what speaks against it here. */
export function confirmation(of: ToConfirm, l10n: Localizer): Confirmation {
  const { title, repository, endpoint, licence, fit } = of;
  const isWarning = fit.verdict !== 'good';
  const reasons = fit.reasons.map(({ text }) => text);
  return {
    message:
      fit.verdict === 'no'
        ? l10n.t('{0} does not fit this machine. Download it all the same?', title)
        : l10n.t('Download {0}?', title),
    detail: [
      ...reasons,
      l10n.t(
        'Licence: {0}. Downloading it means accepting its terms; they stand on the model’s page.',
        licence ?? l10n.t('none is named'),
      ),
      l10n.t(
        '{0} are loaded from {1}, converted, and removed again; {2} stay on disk.',
        sizeText(fit.downloadBytes),
        `${new URL(endpoint).host}/${repository}`,
        sizeText(fit.packageBytes),
      ),
    ].join('\n\n'),
    accept: fit.verdict === 'no' ? l10n.t('Download Anyway') : l10n.t('Download'),
    isWarning,
  };
}

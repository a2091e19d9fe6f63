import { type InstallProgress, sizeText } from '../../engine/index.ts';
import type { Localizer } from '../status/localizer.ts';

/** Downloading is the longer part where the network is slower than 250 MB/s. */
const DOWNLOAD_SHARE = 0.8;

export interface ProgressView {
  message: string;
  /** Of the whole bar, 0 to 1. */
  fraction: number;
}

/** One line below the model's name. */
export function progressView(progress: InstallProgress, l10n: Localizer): ProgressView {
  if (progress.phase === 'looking') return { message: l10n.t('asking the hub for the files…'), fraction: 0 };
  const isDownload = progress.phase === 'downloading';
  const done = isDownload ? progress.bytes : progress.done;
  const part = done / Math.max(1, progress.total);
  const percent = Math.floor(100 * part);
  const secondsLeft = isDownload
    ? progress.secondsLeft
    : progress.bytesPerSecond > 0
      ? (progress.total - done) / progress.bytesPerSecond
      : null;
  const what = isDownload
    ? l10n.t('downloading, {0} % of {1}', percent, sizeText(progress.total))
    : l10n.t('converting, {0} %', percent);
  const speed =
    progress.bytesPerSecond > 0 ? [l10n.t('{0} MB/s', (progress.bytesPerSecond / 1e6).toFixed(1))] : [];
  const left = secondsLeft === null || part >= 1 ? [] : [l10n.t('{0} left', durationText(secondsLeft, l10n))];
  return {
    message: [what, ...speed, ...left].join(', '),
    fraction: isDownload ? part * DOWNLOAD_SHARE : DOWNLOAD_SHARE + part * (1 - DOWNLOAD_SHARE),
  };
}

function durationText(seconds: number, l10n: Localizer): string {
  if (seconds < 60) return l10n.t('{0} s', Math.ceil(seconds));
  if (seconds < 3600) return l10n.t('{0} min', Math.ceil(seconds / 60));
  return l10n.t('{0} h {1} min', Math.floor(seconds / 3600), Math.round((seconds % 3600) / 60));
}

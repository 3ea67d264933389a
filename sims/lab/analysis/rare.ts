/**
 * How rare is what never happened? No loss in a thousand packets says little when they all crossed the network in one calm
 * minute: what counts is how often chance had a fresh go. Packets of one replication share their fate; replications do
 * not, and within a long one neither do windows that lie two relaxation times apart.
 *
 * If the k-th of W independent windows sees the event with probability q_k, then none sees it with probability at most
 * exp(-sum q_k). So after W windows without one, the mean of q is below -ln(alpha) / W with confidence 1 - alpha: the
 * rule of three (Hanley & Lippman-Hand, JAMA 249, 1983), for windows that need not be alike. A share is at most 1 in a
 * window that has the event, so the same number bounds the share.
 */
import { AnalysisError, requireOpenShare } from './error.ts'

/** Upper confidence bound, 0..1, on a share that was 0 in `windows` independent windows; not more than 1. */
export function neverSeen(windows: number, confidence = 0.95): number {
  requireOpenShare(confidence, 'neverSeen: confidence')
  if (!(windows > 0)) throw new AnalysisError('out-of-range', `neverSeen: needs windows, not ${windows}`)
  // Two-sided as every interval here: the other side is the zero itself.
  return Math.min(1, -Math.log((1 - confidence) / 2) / windows)
}

/** Windows of two relaxation times in a span; at least the one that a replication is. */
export function windowsIn(span: number, relaxation: number | null): number {
  return relaxation === null || relaxation <= 0 ? 1 : Math.max(1, span / (2 * relaxation))
}

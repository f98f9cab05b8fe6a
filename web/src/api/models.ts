import type { ModelVersion, TrainingRun } from '../lib/versions';
import { call } from './client';

export const modelsApi = {
  models: () => call<{ active: string; models: ModelVersion[] }>('/v1/models'),
  activate: (version: string) =>
    call<{ active: string }>(`/v1/models/${encodeURIComponent(version)}/activate`, { method: 'POST' }),
  runs: () => call<{ runs: TrainingRun[] }>('/v1/training-runs'),
  train: () => call<{ id: string; state: string }>('/v1/training-runs', { body: {} }),
};

import { ApiError } from '../api/client';
import { modelsApi } from '../api/models';
import { stream } from './stream.svelte';
import { withRun, type ModelVersion, type TrainingRun } from './versions';

/** Versions and trainings, as the service lists them, kept up to date by the stream. */
export class Registry {
  active = $state('');
  versions = $state.raw<ModelVersion[] | null>(null);
  runs = $state.raw<TrainingRun[] | null>(null);
  versionsError = $state<ApiError | null>(null);
  runsError = $state<ApiError | null>(null);

  /** Reads both, and again whenever something changes, until the returned function is called. */
  watch(): () => void {
    void this.refresh();
    return stream.listen({
      model: () => void this.readVersions(),
      training: (run) => {
        this.runs = withRun(this.runs ?? [], run);
        if (run.finished) void this.readVersions();
      },
    });
  }

  async refresh() {
    await Promise.all([this.readVersions(), this.readRuns()]);
  }

  /** Throws an ApiError. */
  async activate(version: string) {
    await modelsApi.activate(version);
    await this.readVersions();
  }

  /** Throws an ApiError. */
  async train() {
    await modelsApi.train();
    await this.readRuns();
  }

  async readVersions() {
    try {
      const { active, models } = await modelsApi.models();
      this.active = active;
      this.versions = [...models].sort((a, b) => (a.version < b.version ? 1 : -1));
      this.versionsError = null;
    } catch (error) {
      this.versionsError = error as ApiError;
    }
  }

  async readRuns() {
    try {
      this.runs = (await modelsApi.runs()).runs;
      this.runsError = null;
    } catch (error) {
      this.runsError = error as ApiError;
    }
  }
}

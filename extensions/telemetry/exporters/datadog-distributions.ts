import type { MetricItem, Source } from '../items/item.ts';
import { isWithoutValue } from '../items/plain-attributes.ts';
import { enhancedMetrics, enhancedTags } from './datadog-enhanced.ts';
import { type Distribution, distributionOf, encodeSketch } from './datadog-sketches.ts';
import { datadogMetricName, tagsOfMetric } from './datadog-tags.ts';
import type { ExporterContext } from './exporter.ts';

export interface DistributionOptions {
  readonly sourceTags: (source: Source) => readonly string[];
  /** Whether metrics of Lambda's records get Datadog's names for them. */
  readonly isEnhanced: boolean;
  readonly host: string;
}

/** Encodes what is a distribution for Datadog. It has no tag of the environment, since Datadog merges distributions. */
export function distributionEncoder({ sourceTags, isEnhanced, host }: DistributionOptions, context: ExporterContext) {
  function enhanced(item: MetricItem) {
    return isEnhanced ? enhancedMetrics(item) : [];
  }

  function own({ name, data }: MetricItem): { metric: string; distribution: Distribution }[] {
    const distribution = distributionOf(data);
    return distribution === undefined ? [] : [{ metric: datadogMetricName(name), distribution }];
  }

  return {
    /** Which metrics are sent as distributions; the others keep their order, too. */
    part(items: readonly MetricItem[]): { sketched: MetricItem[]; others: MetricItem[] } {
      const [sketched, others]: [MetricItem[], MetricItem[]] = [[], []];
      for (const item of items) {
        const isSketched = !isWithoutValue(item) && (enhanced(item).length > 0 || own(item).length > 0);
        (isSketched ? sketched : others).push(item);
      }
      return { sketched, others };
    },
    encode(item: MetricItem): Uint8Array {
      const ofLambda = enhanced(item);
      const isOfLambda = ofLambda.length > 0;
      const tags = [
        ...sourceTags(item.source),
        ...tagsOfMetric(item),
        ...(isOfLambda ? enhancedTags(item, context) : []),
      ];
      return Buffer.concat(
        (isOfLambda ? ofLambda : own(item)).map((one) => encodeSketch({ ...one, tags, timeMs: item.timeMs }, host)),
      );
    },
  };
}

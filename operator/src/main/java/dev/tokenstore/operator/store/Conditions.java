package dev.tokenstore.operator.store;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Turns verdicts into conditions. A condition's transition time moves with its status alone.
final class Conditions {
    private final InstantSource clock;

    Conditions(InstantSource clock) {
        this.clock = clock;
    }

    /// Returns `existing` with the condition of `type` replaced by `verdict`.
    List<Condition> with(List<Condition> existing, String type, Verdict verdict, long generation) {
        var status = switch (verdict) {
            case Verdict.True t -> "True";
            case Verdict.False f -> "False";
            case Verdict.Unknown u -> "Unknown";
        };
        var since = find(existing, type)
                .filter(condition -> condition.getStatus().equals(status))
                .map(Condition::getLastTransitionTime)
                .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        var result = new ArrayList<>(existing);
        result.removeIf(condition -> condition.getType().equals(type));
        result.add(new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(verdict.reason())
                .withMessage(verdict.message())
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build());
        return List.copyOf(result);
    }

    /// Returns whether both lists have the same types, statuses, reasons and generations; messages do not count.
    static boolean sameVerdicts(List<Condition> one, List<Condition> other) {
        return one.size() == other.size()
                && one.stream()
                        .allMatch(condition -> find(other, condition.getType())
                                .filter(found -> found.getStatus().equals(condition.getStatus())
                                        && found.getReason().equals(condition.getReason())
                                        && found.getObservedGeneration().equals(condition.getObservedGeneration()))
                                .isPresent());
    }

    /// The reason of the condition of `type`, empty if there is none.
    static Optional<String> reason(List<Condition> conditions, String type) {
        return find(conditions, type).map(Condition::getReason);
    }

    private static Optional<Condition> find(List<Condition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }
}

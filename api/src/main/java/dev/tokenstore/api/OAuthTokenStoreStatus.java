package dev.tokenstore.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Observed state of an [OAuthTokenStore].
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OAuthTokenStoreStatus(
        @JsonPropertyDescription("The generation of the spec that this status describes.") @Nullable Long observedGeneration,

        @JsonPropertyDescription("Numbers of the store's tokens; each is counted once. Absent while they are unknown.")
        @Nullable TokenCounts tokens,

        @JsonPropertyDescription("When the next token is due for deletion (RFC 3339). Absent: no token will be.")
        @Nullable String nextCleanupTime,

        @JsonPropertyDescription("The last cleanup that deleted tokens.") @Nullable LastCleanup lastCleanup,

        @JsonPropertyDescription(
                "Ready: the operator sees the store's tokens. AccessGranted: the accounts of spec.access may use"
                        + " them. CleanedUp: no token is overdue. Isolated: the namespace holds nothing but this store's"
                        + " tokens.")
        List<Condition> conditions) {
    public OAuthTokenStoreStatus(
            @Nullable Long observedGeneration,
            @Nullable TokenCounts tokens,
            @Nullable String nextCleanupTime,
            @Nullable LastCleanup lastCleanup,
            @Nullable List<Condition> conditions) {
        this.observedGeneration = observedGeneration;
        this.tokens = tokens;
        this.nextCleanupTime = nextCleanupTime;
        this.lastCleanup = lastCleanup;
        this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /// Tokens by [TokenUsability]; `total` is the sum of the others.
    public record TokenCounts(
            @JsonPropertyDescription("All tokens of the store; a token that is being created is not counted yet.")
            int total,

            @JsonPropertyDescription("Tokens whose access token has not expired, or whose expiry is not known.")
            int valid,

            @JsonPropertyDescription("Tokens whose access token has expired and that hold nothing to renew it with.")
            int expired,

            @JsonPropertyDescription("Tokens without a valid access token that can, or may, be renewed.")
            int refreshable,

            @JsonPropertyDescription(
                    "Tokens that hold no credential, whose creation did not finish, or that have a newer layout.")
            int unusable) {}

    /// The tokens that a cleanup deleted, or under `dryRun` reported.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record LastCleanup(
            @JsonPropertyDescription("When it ran (RFC 3339).")
            String time,

            @JsonPropertyDescription("Number of deleted tokens by reason: SessionEnded, TooOld, Expired, Unusable.")
            Map<String, Integer> deleted,

            @JsonPropertyDescription("If true, nothing was deleted: these tokens were due (spec.cleanup.dryRun).")
            @Nullable Boolean dryRun) {
        public LastCleanup(String time, @Nullable Map<String, Integer> deleted, @Nullable Boolean dryRun) {
            this.time = time;
            this.deleted = deleted == null ? Map.of() : Map.copyOf(deleted);
            this.dryRun = dryRun;
        }
    }
}

package dev.tokenstore.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Desired state of an [OAuthTokenStore]: how long its tokens live, and who may use them. Tokens are deleted only where
/// a field asks for it.
///
/// Durations are Go duration strings, see [GoDuration].
@ValidationRule(
        value = "!has(self.sessionTimeout) || (self.sessionTimeout.matches('" + GoDuration.PATTERN
                + "') && duration(self.sessionTimeout) >= duration('1s'))",
        fieldPath = ".sessionTimeout",
        message = "sessionTimeout must be a Go duration of at least one second, such as 12h or 1h30m")
@ValidationRule(
        value = "!has(self.maxTokenAge) || (self.maxTokenAge.matches('" + GoDuration.PATTERN
                + "') && duration(self.maxTokenAge) >= duration('1s'))",
        fieldPath = ".maxTokenAge",
        message = "maxTokenAge must be a Go duration of at least one second, such as 2160h")
@ValidationRule(
        value = "!has(self.sessionTimeout) || !has(self.maxTokenAge)"
                + " || duration(self.sessionTimeout) <= duration(self.maxTokenAge)",
        fieldPath = ".sessionTimeout",
        message = "sessionTimeout must not be longer than maxTokenAge:"
                + " every token would be deleted for its age before its session could end")
@ValidationRule(
        value = "has(self.sessionTimeout) || !has(self.cleanup) || !has(self.cleanup.sessionEnded)",
        fieldPath = ".cleanup.sessionEnded",
        message = "cleanup.sessionEnded needs sessionTimeout: without it no session ever ends")
@ValidationRule(
        value = "!has(self.sessionTimeout) || !has(self.maxTokenAge) || !has(self.cleanup)"
                + " || !has(self.cleanup.sessionEnded)"
                + " || duration(self.sessionTimeout) > duration(self.maxTokenAge)"
                + " || duration(self.sessionTimeout) + duration(self.cleanup.sessionEnded.after)"
                + " <= duration(self.maxTokenAge)",
        fieldPath = ".cleanup.sessionEnded",
        message = "sessionTimeout plus cleanup.sessionEnded.after must not be longer than maxTokenAge:"
                + " the token would be deleted for its age before that time is over")
@ValidationRule(
        value = "!has(self.maxTokenAge) || !has(self.cleanup) || !has(self.cleanup.expired)"
                + " || duration(self.cleanup.expired.after) <= duration(self.maxTokenAge)",
        fieldPath = ".cleanup.expired",
        message = "cleanup.expired.after must not be longer than maxTokenAge:"
                + " the token would be deleted for its age before that time is over")
@ValidationRule(
        value = "!has(self.maxTokenAge) || !has(self.cleanup) || !has(self.cleanup.unusable)"
                + " || duration(self.cleanup.unusable.after) <= duration(self.maxTokenAge)",
        fieldPath = ".cleanup.unusable",
        message = "cleanup.unusable.after must not be longer than maxTokenAge:"
                + " the token would be deleted for its age before that time is over")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OAuthTokenStoreSpec(
        @Size(max = GoDuration.MAX_LENGTH) @JsonPropertyDescription(
                "The session of a token ends when the token was neither saved nor read for this long."
                        + " Reads then miss the token, and it is deleted. A Go duration such as 12h. Unset: sessions never end.")
        @Nullable String sessionTimeout,

        @Size(max = GoDuration.MAX_LENGTH) @JsonPropertyDescription(
                "The time of a token is over this long after it was first saved. Reads then miss the token,"
                        + " and it is deleted. A Go duration such as 2160h. Unset: tokens of any age are kept.")
        @Nullable String maxTokenAge,

        @JsonPropertyDescription(
                "Which tokens are deleted, and how long after their time is over. Deleting a token that can"
                        + " be renewed cannot be undone: someone must consent again.")
        @Nullable Cleanup cleanup,

        @JsonPropertyDescription("Limits of the store.") @Nullable Limits limits,

        @JsonPropertyDescription(
                "The accounts that may use the store. Whoever may act as one of them can read its tokens.")
        @Nullable Access access,

        @Default("Retain")
        @JsonPropertyDescription(
                "What happens to the tokens when this store is deleted: Retain keeps them. Delete deletes"
                        + " them, except those with the annotation tokenstore.dev/keep.")
        @Nullable DeletionPolicy deletionPolicy,

        @JsonPropertyDescription(
                "If true, due tokens are kept and reads still return them; tokens are counted as usual.")
        @Nullable Boolean suspend) {
    /// The brake's limit in percent where the spec has none.
    public static final int DEFAULT_MAX_PERCENT = 20;

    /// What happens to the tokens when their store is deleted.
    public enum DeletionPolicy {
        Retain,
        Delete
    }

    /// Which tokens are deleted, and how long after their time is over.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Cleanup(
            @JsonPropertyDescription(
                    "If true, due tokens are counted and reported but not deleted, and reads still return them.")
            @Nullable Boolean dryRun,

            @JsonPropertyDescription("Tokens whose session has ended; needs sessionTimeout. Unset: deleted at once.")
            @Nullable Delay sessionEnded,

            @JsonPropertyDescription("Tokens whose access token has expired and that hold nothing to renew it with."
                    + " Unset: only counted.")
            @Nullable Delay expired,

            @JsonPropertyDescription(
                    "Tokens that hold no credential, or whose creation did not finish. Unset: only counted.")
            @Nullable Delay unusable,

            @Default("20")
            @Min(1) @Max(100) @JsonPropertyDescription(
                    "The brake, in percent: if more than this part of the store's tokens (and more than 10) are"
                            + " due at once, none is deleted until someone sets the annotation"
                            + " tokenstore.dev/confirm-cleanup to the store's generation. 100: no brake.")
            @Nullable Integer maxPercent) {
        /// A cleanup without any field.
        public static Cleanup unspecified() {
            return new Cleanup(null, null, null, null, null);
        }
    }

    /// Limits of a store.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Limits(
            @Min(1) @JsonPropertyDescription("New tokens are refused while the store holds this many, by the last known count."
                    + " Unset: no limit.")
            @Nullable Integer maxTokens) {}

    /// The accounts that may use a store.
    @ValidationRule(
            value = "!has(self.serviceAccounts) || self.serviceAccounts.all(one, self.serviceAccounts.exists_one(other,"
                    + " other.name == one.name && (has(other.__namespace__) ? other.__namespace__ : '')"
                    + " == (has(one.__namespace__) ? one.__namespace__ : '')))",
            fieldPath = ".serviceAccounts",
            message = "serviceAccounts must not name an account twice")
    public record Access(
            @Size(max = 64) @JsonPropertyDescription(
                    "Each entry gives a service account the rights that a sidecar needs in this namespace.")
            List<Client> serviceAccounts) {
        public Access(@Nullable List<Client> serviceAccounts) {
            this.serviceAccounts = serviceAccounts == null ? List.of() : List.copyOf(serviceAccounts);
        }
    }

    /// A service account that may use a store.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Client(
            @Required
            @Size(min = 1, max = 253) @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$") @JsonPropertyDescription("Name of the service account.")
            String name,

            @Size(min = 1, max = 63) @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$") @JsonPropertyDescription(
                    "Namespace of the service account; not one of Kubernetes' own (kube-...) and not the operator's."
                            + " Unset: the store's namespace.")
            @Nullable String namespace,

            @JsonPropertyDescription(
                    "If true, the account may find tokens but neither save nor delete them, and its reads do not"
                            + " prolong sessions.")
            @Nullable Boolean readOnly) {}

    /// The wait between the moment a token's time is over and its deletion.
    @ValidationRule(
            value = "self.after.matches('" + GoDuration.PATTERN + "')",
            fieldPath = ".after",
            message = "after must be a Go duration that is not negative, such as 24h; 0s means at once")
    public record Delay(
            @Required
            @Size(max = GoDuration.MAX_LENGTH) @JsonPropertyDescription("How long after its time is over a token is deleted."
                    + " A Go duration such as 24h; 0s means at once.")
            String after) {}

    /// A spec without any field: every token is kept.
    public static OAuthTokenStoreSpec keepingEverything() {
        return new OAuthTokenStoreSpec(null, null, null, null, null, null, null);
    }
}

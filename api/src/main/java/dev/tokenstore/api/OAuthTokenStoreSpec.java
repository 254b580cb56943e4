package dev.tokenstore.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// Desired state of an [OAuthTokenStore]: how long its tokens live. Nothing is deleted that a field did not ask for.
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
        @Size(max = GoDuration.MAX_LENGTH) @JsonPropertyDescription("A token that was neither saved nor read for this long has a session that is over:"
                + " reads miss it and it is deleted. A Go duration such as 12h. Unset: sessions never end.")
        @Nullable String sessionTimeout,

        @Size(max = GoDuration.MAX_LENGTH) @JsonPropertyDescription("A token that was first saved this long ago is over: reads miss it and it is deleted."
                + " A Go duration such as 2160h. Unset: tokens of any age are kept.")
        @Nullable String maxTokenAge,

        @JsonPropertyDescription("What is deleted, and how long after its time is over."
                + " Deleting a token that can be renewed cannot be undone: someone must consent again.")
        @Nullable Cleanup cleanup,

        @JsonPropertyDescription("If true, tokens are counted but none is deleted, and reads miss none.") @Nullable Boolean suspend) {
    /// What is deleted, and how long after its time is over.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Cleanup(
            @JsonPropertyDescription("Tokens whose session is over; needs sessionTimeout. Unset: deleted at once.")
            @Nullable Delay sessionEnded,

            @JsonPropertyDescription("Tokens whose access token expired and that hold nothing to renew it with."
                    + " Unset: only counted.")
            @Nullable Delay expired,

            @JsonPropertyDescription(
                    "Tokens that hold no credential or whose creation was never finished." + " Unset: only counted.")
            @Nullable Delay unusable) {}

    /// The wait between the moment a token's time is over and its deletion.
    @ValidationRule(
            value = "self.after.matches('" + GoDuration.PATTERN + "')",
            fieldPath = ".after",
            message = "after must be a Go duration that is not negative, such as 24h; 0s means at once")
    public record Delay(
            @Required
            @Size(max = GoDuration.MAX_LENGTH) @JsonPropertyDescription("How long after its time is over the token is deleted."
                    + " A Go duration such as 24h; 0s means at once.")
            String after) {}

    /// A spec that asks for nothing: every token is kept.
    public static OAuthTokenStoreSpec keepingEverything() {
        return new OAuthTokenStoreSpec(null, null, null, null);
    }
}

package dev.tokenstore.sidecar;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.OAuthTokenStoreSpec.Cleanup;
import dev.tokenstore.api.OAuthTokenStoreSpec.Delay;
import dev.tokenstore.api.OAuthTokenStoreSpec.Limits;
import dev.tokenstore.store.StoreSettings;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How long the tokens of an embedded store live, and how many there may be: in a cluster the `OAuthTokenStore` says
/// it.
/// What contradicts itself there is refused here too.
record RetentionSettings(Settings settings) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /// Reads what `settings` say.
    ///
    /// @throws SettingException naming the setting that is malformed or contradicts another
    StoreSettings policy() {
        return StoreSettings.of(spec());
    }

    /// What an `OAuthTokenStore` would say for the same.
    private OAuthTokenStoreSpec spec() {
        var timeout = duration(Setting.SESSION_TIMEOUT, "12h or 1h30m");
        var age = duration(Setting.MAX_TOKEN_AGE, "2160h");
        var ended = delay(Setting.CLEANUP_SESSION_ENDED_AFTER);
        var expired = delay(Setting.CLEANUP_EXPIRED_AFTER);
        if (ended.isPresent() && timeout.isEmpty()) {
            throw new SettingException(name(Setting.CLEANUP_SESSION_ENDED_AFTER) + " needs "
                    + name(Setting.SESSION_TIMEOUT) + ": without it no session ever ends");
        }
        age.ifPresent(longest -> {
            refuseLonger(timeout, longest, name(Setting.SESSION_TIMEOUT), "its session could end");
            refuseLonger(
                    timeout.flatMap(session -> ended.map(session::plus)),
                    longest,
                    name(Setting.SESSION_TIMEOUT) + " plus " + name(Setting.CLEANUP_SESSION_ENDED_AFTER),
                    "that time is over");
            refuseLonger(expired, longest, name(Setting.CLEANUP_EXPIRED_AFTER), "that time is over");
        });
        return new OAuthTokenStoreSpec(
                text(Setting.SESSION_TIMEOUT),
                text(Setting.MAX_TOKEN_AGE),
                new Cleanup(
                        null,
                        after(Setting.CLEANUP_SESSION_ENDED_AFTER),
                        after(Setting.CLEANUP_EXPIRED_AFTER),
                        null,
                        null),
                settings.number(Setting.MAX_TOKENS, 1).map(Limits::new).orElse(null),
                null,
                null,
                null);
    }

    /// Makes sure that none of these settings is given for a store in a cluster.
    ///
    /// @throws SettingException naming the one that is
    void requireNone() {
        refuse(Setting.SESSION_TIMEOUT, "sessionTimeout");
        refuse(Setting.MAX_TOKEN_AGE, "maxTokenAge");
        refuse(Setting.CLEANUP_SESSION_ENDED_AFTER, "cleanup.sessionEnded.after");
        refuse(Setting.CLEANUP_EXPIRED_AFTER, "cleanup.expired.after");
        refuse(Setting.MAX_TOKENS, "limits.maxTokens");
    }

    private void refuse(Setting setting, String field) {
        if (settings.has(setting)) {
            throw new SettingException(name(setting)
                    + " belongs to --embedded: for a store in a cluster its OAuthTokenStore says it, in spec." + field);
        }
    }

    private void refuseLonger(Optional<Duration> duration, Duration longest, String what, String moment) {
        if (duration.isPresent() && duration.get().compareTo(longest) > 0) {
            throw new SettingException(what + " must not be longer than " + name(Setting.MAX_TOKEN_AGE)
                    + ": a token would be deleted for its age before " + moment);
        }
    }

    private Optional<Duration> duration(Setting setting, String example) {
        return settings.goDuration(setting, SHORTEST, "give a Go duration of at least one second, such as " + example);
    }

    private Optional<Duration> delay(Setting setting) {
        return settings.goDuration(
                setting, Duration.ZERO, "give a Go duration that is not negative, such as 24h; 0s means at once");
    }

    private @Nullable Delay after(Setting setting) {
        return settings.text(setting).map(Delay::new).orElse(null);
    }

    private @Nullable String text(Setting setting) {
        return settings.text(setting).orElse(null);
    }

    private String name(Setting setting) {
        return settings.source(setting);
    }
}

package dev.tokenstore.api;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// A caller's claim to refresh a token, as the token's row holds it: while it is in force, no other caller is told to
/// refresh.
///
/// It is void at any other version of its row, so each save ends it. It names no moment, since the clocks of pods
/// differ:
/// each reader counts the duration from when it first saw the nonce.
///
/// @param nonce of this claim alone
/// @param version of the row that is refreshed
/// @param duration how long the claim lasts unless the row is saved
public record RefreshClaim(String nonce, String version, Duration duration) {
    /// How long a claim lasts where the store's settings do not say.
    public static final Duration DEFAULT_DURATION = Duration.ofSeconds(5);

    private static final Pattern TEXT =
            Pattern.compile("([a-z0-9-]{8,40}) ([a-z0-9-]{1,40}\\.[0-9]{1,17}) ([0-9]{1,6})ms");

    /// Reads the form that [#text] writes; anything else is no claim.
    public static Optional<RefreshClaim> parse(String text) {
        var parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new RefreshClaim(
                        parts.group(1), parts.group(2), Duration.ofMillis(Long.parseLong(parts.group(3)))))
                : Optional.empty();
    }

    /// The claim in one line: nonce, version, duration in milliseconds.
    public String text() {
        return nonce + " " + version + " " + duration.toMillis() + "ms";
    }
}

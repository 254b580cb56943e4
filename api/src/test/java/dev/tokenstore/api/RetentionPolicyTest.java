package dev.tokenstore.api;

import static dev.tokenstore.api.TokenSecrets.NOW;
import static dev.tokenstore.api.TokenSecrets.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tokenstore.api.OAuthTokenStoreSpec.Cleanup;
import dev.tokenstore.api.OAuthTokenStoreSpec.Delay;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionPolicyTest {
    private static final Instant SAVED = Instant.parse("2030-01-10T23:00:00Z");
    private static final RetentionPolicy SESSIONS = policy("10h", null, null);
    private static final RetentionPolicy EXPIRED = policy(null, null, cleanup(null, "24h", null));
    private static final RetentionPolicy UNUSABLE = policy(null, null, cleanup(null, null, "24h"));

    @Test
    void anEmptySpecKeepsEverything() {
        var abandoned = token().with(TokenSecretLayout.RENEWABLE, "false").managing(".");

        assertThat(RetentionPolicy.of(null).deletion(abandoned.facts())).isEmpty();
        assertThat(policy(null, null, Cleanup.unspecified()).deletion(abandoned.facts()))
                .isEmpty();
    }

    @Test
    void aSessionEndsATenthOfTheTimeoutLateBecauseTheLastUseMayNotBeRecorded() {
        assertThat(SESSIONS.deletion(token().facts())).contains(end(EndReason.SESSION_ENDED, SAVED.plus(hours(11))));
    }

    @Test
    void aSessionIsProlongedByReading() {
        var read = token().with(TokenSecretLayout.LAST_USED_AT, "2030-01-10T23:30:00Z");

        assertThat(SESSIONS.deletion(read.facts()))
                .contains(end(EndReason.SESSION_ENDED, Instant.parse("2030-01-11T10:30:00Z")));
    }

    @Test
    void aSessionIsProlongedBySavingEvenIfTheLastReadIsOlder() {
        var read = token().with(TokenSecretLayout.LAST_USED_AT, "2030-01-10T01:00:00Z");

        assertThat(SESSIONS.deletion(read.facts())).contains(end(EndReason.SESSION_ENDED, SAVED.plus(hours(11))));
    }

    @Test
    void theEndOfASessionAndTheDeletionAreApartByTheWaitAskedFor() {
        var patient = policy("10h", null, cleanup("5h", null, null));

        assertThat(patient.deletion(token().facts()))
                .contains(new TokenEnd(EndReason.SESSION_ENDED, SAVED.plus(hours(11)), SAVED.plus(hours(16))));
    }

    @Test
    void aTokenIsTooOldAtItsMaximumAgeHoweverMuchItIsUsed() {
        var policy = policy(null, "240h", null);

        assertThat(policy.deletion(token().facts())).contains(end(EndReason.TOO_OLD, NOW));
    }

    @Test
    void theEarliestEndDecides() {
        var policy = policy("10h", "241h", null);

        assertThat(policy.deletion(token().facts())).contains(end(EndReason.TOO_OLD, NOW.plus(hours(1))));
    }

    @Test
    void aTokenThatCanBeRenewedIsNeverExpired() {
        assertThat(EXPIRED.deletion(token().facts())).isEmpty();
    }

    @Test
    void aTokenOfWhichNobodyKnowsWhetherItCanBeRenewedIsNeverExpired() {
        assertThat(EXPIRED.deletion(
                        token().with(TokenSecretLayout.RENEWABLE, null).facts()))
                .isEmpty();
    }

    @Test
    void aTokenThatHoldsARefreshTokenIsNeverExpiredWhateverItsAnnotationSays() {
        var contradictory = token().with(TokenSecretLayout.RENEWABLE, "false").managing(".", "refresh_token");

        assertThat(EXPIRED.deletion(contradictory.facts())).isEmpty();
    }

    @Test
    void anExpiredTokenThatNothingCanRenewIsDeletedAfterTheWait() {
        var dead = token().with(TokenSecretLayout.RENEWABLE, "false");

        assertThat(EXPIRED.deletion(dead.facts())).contains(new TokenEnd(EndReason.EXPIRED, NOW, NOW.plus(hours(24))));
    }

    @Test
    void aTokenSavedAfterItsExpiryGetsTheWholeWaitFromItsSave() {
        var imported = token().with(TokenSecretLayout.RENEWABLE, "false")
                .with(TokenSecretLayout.ACCESS_EXPIRES_AT, "2029-01-01T00:00:00Z");

        assertThat(EXPIRED.deletion(imported.facts()))
                .contains(new TokenEnd(EndReason.EXPIRED, SAVED, SAVED.plus(hours(24))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1970-01-01T00:00:03.600Z", "tomorrow"})
    void anUnknownExpiryIsNotExpired(String expiry) {
        var unknown = token().with(TokenSecretLayout.RENEWABLE, "false")
                .with(TokenSecretLayout.ACCESS_EXPIRES_AT, expiry.isEmpty() ? null : expiry);

        assertThat(EXPIRED.deletion(unknown.facts())).isEmpty();
    }

    @Test
    void aRowThatIsPendingForAMinuteIsUnusable() {
        var pending =
                token().with(TokenSecretLayout.STATE, TokenSecretLayout.PENDING).appeared(NOW);

        assertThat(UNUSABLE.deletion(pending.facts()))
                .contains(new TokenEnd(
                        EndReason.UNUSABLE,
                        NOW.plusSeconds(60),
                        NOW.plusSeconds(60).plus(hours(24))));
    }

    @Test
    void aTokenWithoutAnyCredentialIsUnusable() {
        var empty = token().managing(".", "user_signature");

        assertThat(UNUSABLE.deletion(empty.facts()))
                .contains(new TokenEnd(
                        EndReason.UNUSABLE,
                        SAVED.plusSeconds(60),
                        SAVED.plusSeconds(60).plus(hours(24))));
    }

    @Test
    void credentialsAreNotMissedWhenTheRecordOfKeysIsIncomplete() {
        var forgotten = token().managing("user_signature");

        assertThat(UNUSABLE.deletion(forgotten.facts())).isEmpty();
        assertThat(UNUSABLE.deletion(token().facts())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "True", "yes", "flase", ""})
    void aTokenToBeKeptIsNeverDeletedNorMissed(String keep) {
        var policy = policy("1s", "1s", cleanup(null, "0s", "0s"));
        var kept = token().with(TokenSecretLayout.KEEP, keep).managing(".");

        assertThat(policy.deletion(kept.facts())).isEmpty();
        assertThat(policy.endForReaders(kept.facts())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "one"})
    void aLayoutThatIsNotKnownIsLeftAlone(String layout) {
        var policy = policy("1s", "1s", cleanup(null, "0s", "0s"));
        var newer = token().with(TokenSecretLayout.LAYOUT, layout.isEmpty() ? null : layout)
                .managing(".");

        assertThat(policy.deletion(newer.facts())).isEmpty();
        assertThat(policy.endForReaders(newer.facts())).isEmpty();
    }

    /// The estimate of the API server's clock is up to a second behind when the process starts; a deadline that was
    /// counted
    /// from it would be early.
    @Test
    void aStampAMomentAheadIsNotInTheFuture() {
        var saved = NOW.plusMillis(900);
        var token = token().with(TokenSecretLayout.SAVED_AT, saved.toString()).facts();

        assertThat(token.lastSaved()).isEqualTo(saved);
        assertThat(token.lastActive()).isEqualTo(saved);
    }

    @Test
    void aStampInTheFutureCountsAsTheMomentItWasSeen() {
        var ahead = token().with(TokenSecretLayout.SAVED_AT, "2099-01-01T00:00:00Z")
                .with(TokenSecretLayout.CREATED_AT, "2099-01-01T00:00:00Z");

        assertThat(SESSIONS.deletion(ahead.facts())).contains(end(EndReason.SESSION_ENDED, NOW.plus(hours(11))));
    }

    @Test
    void noStampMakesATokenYoungerThanItsSecret() {
        var ahead = token().with(TokenSecretLayout.CREATED_AT, "2099-01-01T00:00:00Z")
                .appeared(NOW.minus(hours(3)));

        assertThat(policy(null, "5h", null).deletion(ahead.facts()))
                .contains(end(EndReason.TOO_OLD, NOW.plus(hours(2))));
    }

    @Test
    void readersMissATokenWhoseSessionIsOverBeforeItIsDeleted() {
        var patient = policy("10h", null, cleanup("5h", null, null));

        assertThat(patient.endForReaders(token().facts()).map(TokenEnd::over)).contains(SAVED.plus(hours(11)));
    }

    @Test
    void aSuspendedStoreTellsDeadlinesButReadersMissNothing() {
        var suspended = RetentionPolicy.of(new OAuthTokenStoreSpec("10h", null, null, null, null, null, true));

        assertThat(suspended.suspended()).isTrue();
        assertThat(suspended.deletion(token().facts())).isPresent();
        assertThat(suspended.endForReaders(token().facts())).isEmpty();
    }

    @Test
    void aDryRunTellsDeadlinesButReadersMissNothing() {
        var dryRun = policy("10h", null, new Cleanup(true, null, null, null, null));

        assertThat(dryRun.dryRun()).isTrue();
        assertThat(dryRun.deletion(token().facts())).isPresent();
        assertThat(dryRun.endForReaders(token().facts())).isEmpty();
    }

    @Test
    void aMalformedDurationNamesItsField() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy(null, null, cleanup(null, "soon", null)))
                .withMessageContaining("spec.cleanup.expired.after")
                .withMessageContaining("\"soon\"");
    }

    private static Cleanup cleanup(@Nullable String sessionEnded, @Nullable String expired, @Nullable String unusable) {
        return new Cleanup(null, delay(sessionEnded), delay(expired), delay(unusable), null);
    }

    private static @Nullable Delay delay(@Nullable String after) {
        return after == null ? null : new Delay(after);
    }

    private static RetentionPolicy policy(
            @Nullable String sessionTimeout, @Nullable String maxTokenAge, @Nullable Cleanup cleanup) {
        return RetentionPolicy.of(
                new OAuthTokenStoreSpec(sessionTimeout, maxTokenAge, cleanup, null, null, null, null));
    }

    private static TokenEnd end(EndReason reason, Instant moment) {
        return new TokenEnd(reason, moment, moment);
    }

    private static Duration hours(int hours) {
        return Duration.ofHours(hours);
    }
}

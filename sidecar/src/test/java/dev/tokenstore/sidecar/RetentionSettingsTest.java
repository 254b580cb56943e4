package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.store.StoreSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionSettingsTest {
    @Test
    void saysWhatAnOAuthTokenStoreWouldSay() {
        assertThat(policy(
                        "--session-timeout=1h30m",
                        "--max-token-age=2160h",
                        "--cleanup-session-ended-after=10m",
                        "--cleanup-expired-after=0s",
                        "--max-tokens=500"))
                .isEqualTo(new StoreSettings(
                        new RetentionPolicy(
                                Duration.ofMinutes(90),
                                Duration.ofHours(2160),
                                Duration.ofMinutes(10),
                                Duration.ZERO,
                                null,
                                false,
                                false),
                        Optional.of(500)));
    }

    @Test
    void asksForNothingUnlessToldTo() {
        assertThat(policy()).isEqualTo(StoreSettings.KEEP_EVERYTHING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--session-timeout=0s | at least one second",
                "--session-timeout=999ms | at least one second",
                "--session-timeout=1d | at least one second, such as 12h or 1h30m",
                "--max-token-age=90 | at least one second",
                "--cleanup-session-ended-after=-1s | not negative",
                "--cleanup-expired-after=soon | not negative",
                "--max-tokens=0 | at least 1",
            })
    void namesASettingThatIsMalformedAndItsValue(String argument, String advice) {
        var flag = argument.substring(0, argument.indexOf('='));
        var value = argument.substring(argument.indexOf('=') + 1);

        assertThatThrownBy(() -> policy(argument))
                .hasMessageStartingWith(flag + " is malformed: \"" + value + "\"")
                .hasMessageContaining(advice);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--session-timeout=3h --max-token-age=2h | --session-timeout must not be longer than --max-token-age:"
                        + " a token would be deleted for its age before its session could end",
                "--cleanup-session-ended-after=1h | --cleanup-session-ended-after needs --session-timeout: without it no"
                        + " session ever ends",
                "--session-timeout=2h --max-token-age=3h --cleanup-session-ended-after=61m | --session-timeout plus"
                        + " --cleanup-session-ended-after must not be longer than --max-token-age: a token would be"
                        + " deleted for its age before that time is over",
                "--max-token-age=2h --cleanup-expired-after=3h | --cleanup-expired-after must not be longer than"
                        + " --max-token-age: a token would be deleted for its age before that time is over",
            })
    void refusesWhatContradictsItself(String arguments, String sentence) {
        assertThatThrownBy(() -> policy(arguments.split(" ", -1))).hasMessage(sentence);
    }

    @Test
    void namesAVariableAsItWasGiven() {
        var environment = Map.of("TOKENSTORE_SESSION_TIMEOUT", "3h");

        assertThatThrownBy(() -> config(environment, "--embedded=x", "--max-token-age=2h"))
                .hasMessageStartingWith("TOKENSTORE_SESSION_TIMEOUT must not be longer than --max-token-age");
    }

    @ParameterizedTest
    @CsvSource({
        "--session-timeout=1h, spec.sessionTimeout",
        "--max-token-age=1h, spec.maxTokenAge",
        "--cleanup-session-ended-after=1h, spec.cleanup.sessionEnded.after",
        "--cleanup-expired-after=1h, spec.cleanup.expired.after",
        "--max-tokens=5, spec.limits.maxTokens",
    })
    void refusesThemForAStoreInAClusterAndSaysWhereItIsSaid(String argument, String field) {
        assertThatThrownBy(() -> config(Map.of(), "--store=crm", argument))
                .hasMessage(argument.substring(0, argument.indexOf('='))
                        + " belongs to --embedded: for a store in a cluster its OAuthTokenStore says it, in " + field);
    }

    private static StoreSettings policy(String... arguments) {
        var all = Stream.concat(Stream.of("--embedded=x"), Arrays.stream(arguments))
                .toArray(String[]::new);
        return ((SidecarConfig.Embedded) config(Map.of(), all).backend()).settings();
    }

    private static SidecarConfig config(Map<String, String> environment, String... arguments) {
        return CommandLineUnderTest.config(environment, arguments);
    }
}

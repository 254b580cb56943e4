package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.operator.PromQl.Matcher;
import dev.tokenstore.operator.PromQl.Selector;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.ScrapedMetrics;
import dev.tokenstore.testing.product.ScrapedMetrics.Series;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a monitoring system sees of the operator that deleted a token, tells of a dry run and holds a cleanup; and that
/// `deploy/monitoring` asks for nothing else.
class MonitoringIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    /// Labels that Prometheus gives to all series of a target.
    private static final Set<String> OF_THE_TARGET = Set.of("instance", "namespace");

    private static final Pattern OURS = Pattern.compile("tokenstore_\\w+");
    private static final List<String> REFUSED = new CopyOnWriteArrayList<>();
    private static final Set<String> NAMES_AND_IDS = new HashSet<>();
    private static OperatorUnderTest operator;
    private static ScrapedMetrics scraped;

    @BeforeAll
    static void oneStoreOfEachKind() {
        operator = OperatorUnderTest.notStarted(kubernetes);
        operator.registry.config().onMeterRegistrationFailed((meter, why) -> REFUSED.add(meter + ": " + why));
        operator.start();
        createTokens("cleaned", 1);
        createTokens("trial", 2);
        createTokens("braked", 12);
        operator.createStore("cleaned", "{sessionTimeout: 10h, limits: {maxTokens: 20}}");
        operator.createStore("trial", "{sessionTimeout: 10h, cleanup: {dryRun: true}}");
        operator.createStore("braked", "{sessionTimeout: 10h}");
        for (var store : List.of("cleaned", "trial", "braked")) {
            operator.awaitReady(store);
        }
        operator.advance(Duration.ofHours(12), "cleaned");
        operator.advance(Duration.ZERO, "trial");
        operator.advance(Duration.ZERO, "braked");
        System.gc();
        await().until(() -> !scrape().of("jvm_gc_pause_seconds_sum").isEmpty());
        scraped = scrape();
    }

    @AfterAll
    static void stop() {
        operator.close();
    }

    private static void createTokens(String store, int number) {
        for (int i = 0; i < number; i++) {
            var token = operator.create(TokenSecret.of(store, "ots-of-" + store + "-" + i, operator.clock.instant()));
            NAMES_AND_IDS.add(token.getMetadata().getName());
            NAMES_AND_IDS.add(token.getMetadata().getUid());
        }
    }

    private static ScrapedMetrics scrape() {
        return ScrapedMetrics.parse(operator.registry.scrape());
    }

    @Test
    void tellsOfTokensDeletionsDryRunAndBrake() {
        assertThat(scraped.value("tokenstore_tokens_deleted_total", "store", "cleaned", "reason", "SessionEnded"))
                .isEqualTo(1);
        assertThat(scraped.value("tokenstore_tokens_withheld", "store", "trial", "cause", "dry_run"))
                .isEqualTo(2);
        assertThat(scraped.value("tokenstore_tokens_withheld", "store", "braked", "cause", "held"))
                .isEqualTo(12);
        assertThat(scraped.value("tokenstore_tokens", "store", "braked", "state", "refreshable"))
                .isEqualTo(12);
        assertThat(scraped.value("tokenstore_condition", "store", "braked", "type", "CleanedUp", "status", "False"))
                .isEqualTo(1);
        assertThat(scraped.value("custom_resources")).isEqualTo(3);
        assertThat(scraped.value("reconciliations_success_total")).isPositive();
        assertThat(scraped.value("reconciliations_failure_total")).isZero();
    }

    @Test
    void tellsOfRequestsWatchesAndClock() {
        assertThat(scraped.value(
                        "tokenstore_api_requests_total", "verb", "delete", "resource", "secrets", "code", "200"))
                .isEqualTo(1);
        assertThat(scraped.value("tokenstore_api_request_duration_seconds_count", "verb", "delete"))
                .isEqualTo(1);
        // of stores, three role bindings, and tokens
        assertThat(scraped.value("tokenstore_api_requests_total", "verb", "watch", "code", "200"))
                .isEqualTo(5);
        assertThat(scraped.value("tokenstore_watches", "state", "open")).isEqualTo(5);
        assertThat(scraped.value("tokenstore_api_connected")).isEqualTo(1);
        assertThat(scraped.value("tokenstore_leader")).isEqualTo(1);
        // the operator's clock was put forward, the API server's was not
        assertThat(scraped.value("tokenstore_clock_offset_seconds")).isBetween(-43_260.0, -43_140.0);
    }

    @Test
    void noMeterIsRefusedForItsLabels() {
        assertThat(scraped.value("events_received_total", "event", "ResourceEvent", "action", "ADDED"))
                .isEqualTo(3);
        assertThat(scraped.value("events_received_total", "event", "Event", "action", "NONE"))
                .isPositive();
        assertThat(REFUSED).isEmpty();
    }

    static Stream<Monitoring> questions() {
        return Stream.concat(Monitoring.dashboard().stream(), Monitoring.rules().stream());
    }

    @ParameterizedTest
    @MethodSource("questions")
    void dashboardAndAlertsAskForWhatIsThere(Monitoring question) {
        var asked = question.parsed();

        assertThat(asked.selectors()).isNotEmpty().allSatisfy(MonitoringIT::assertExported);
        var exported = asked.selectors().stream()
                .flatMap(selector -> scraped.of(selector.metric()).stream())
                .flatMap(series -> series.labels().keySet().stream())
                .collect(Collectors.toSet());
        exported.addAll(OF_THE_TARGET);
        assertThat(exported).containsAll(asked.labels()).containsAll(question.templates());
        assertThat(asked.selectors().stream().map(Selector::metric))
                .as("names that a search for text finds")
                .containsAll(Monitoring.all(Pattern.compile("()(tokenstore_\\w+)"), question.expression()));
    }

    private static void assertExported(Selector selector) {
        var series = scraped.of(selector.metric());
        assertThat(series).as(selector.metric()).isNotEmpty();
        assertThat(series)
                .as("series of " + selector)
                .anySatisfy(one -> assertThat(selector.matchers()).allSatisfy(matcher -> assertMatches(matcher, one)));
    }

    /// A pattern may ask for values that only bad days bring, so of those the label alone is looked for.
    private static void assertMatches(Matcher matcher, Series series) {
        assertThat(series.labels()).containsKey(matcher.label());
        if (matcher.operator().equals("=")) {
            assertThat(series.labels()).containsEntry(matcher.label(), matcher.value());
        }
    }

    @Test
    void noQuestionIsOverlooked() {
        assertThat(Monitoring.dashboard())
                .hasSize(occurrences("\"expr\":", Monitoring.DASHBOARD)
                        + occurrences("\"query\": \"label_values", Monitoring.DASHBOARD))
                .hasSizeGreaterThan(40);
        assertThat(Monitoring.rules())
                .hasSize(occurrences(" expr: ", Monitoring.RULES))
                .hasSizeGreaterThan(20);
    }

    @Test
    void everyAlertSaysHowBadItIsAndWhatToDo() {
        for (var group : Monitoring.read(Monitoring.RULES).path("spec").path("groups")) {
            for (var rule : group.path("rules")) {
                assertThat(rule.path("labels").path("severity").asText()).isIn("critical", "warning", "info");
                assertThat(rule.path("annotations").path("summary").asText()).isNotBlank();
                assertThat(rule.path("annotations").path("description").asText())
                        .isNotBlank();
                assertThat(rule.path("annotations").path("runbook").asText()).isNotBlank();
                assertThat(List.of("../docs/operator.md", "../docs/operate.md"))
                        .allSatisfy(page -> assertThat(Monitoring.text(Path.of(page)))
                                .contains("`" + rule.path("alert").asText() + "`"));
            }
        }
    }

    @Test
    void everyMeterIsDescribedInHelpAndInTheDocumentation() {
        assertThat(scraped.help()).allSatisfy((name, help) -> assertThat(help).isNotBlank());

        var documented = Monitoring.all(
                Pattern.compile("`()(tokenstore_\\w+)"), Monitoring.text(Path.of("../docs/operator.md")));
        var exported = scraped.help().keySet().stream()
                .filter(name -> OURS.matcher(name).matches() && !name.endsWith("_max"))
                .collect(Collectors.toSet());
        assertThat(documented).isEqualTo(exported);
    }

    @Test
    void noLabelNamesAToken() {
        assertThat(scraped.series())
                .allSatisfy(series -> assertThat(series.labels().values())
                        .noneMatch(value -> NAMES_AND_IDS.stream().anyMatch(value::contains)));
        assertThat(NAMES_AND_IDS).hasSize(30);
    }

    @Test
    void nothingIsLeftOfAStoreThatIsGone() {
        operator.createStore("passing", "{}");
        operator.awaitReady("passing");
        await().until(() -> namesOfMetersOf("passing").size() > 5);

        kubernetes.admin().resource(operator.store("passing")).delete();

        await().untilAsserted(() -> assertThat(namesOfMetersOf("passing")).isEmpty());
    }

    private static List<String> namesOfMetersOf(String store) {
        return scrape().series().stream()
                .filter(series -> store.equals(series.labels().get("store")))
                .map(Series::name)
                .distinct()
                .toList();
    }

    private static int occurrences(String text, Path file) {
        return Monitoring.text(file).split(Pattern.quote(text), -1).length - 1;
    }
}

package dev.tokenstore.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ListMetaBuilder;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PagedListTest {
    private final Deque<Supplier<SecretList>> answers = new ArrayDeque<>();
    private final List<String> continuations = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();

    @Test
    void followsContinueTokensToTheEnd() {
        answers.add(() -> page("next", "a", "b"));
        answers.add(() -> page("", "c"));

        list(0).forEachPage(this::see);

        assertThat(seen).containsExactly("a", "b", "c");
        assertThat(continuations).containsExactly("", "next");
    }

    @Test
    void stopsWhenTheConsumerHasSeenEnough() {
        answers.add(() -> page("next", "a"));

        list(0).forEachPage(page -> {
            see(page);
            return false;
        });

        assertThat(seen).containsExactly("a");
    }

    @Test
    void takesNoItemsForAnEmptyPage() {
        answers.add(() -> {
            var page = page("");
            page.setItems(null);
            return page;
        });

        list(0).forEachPage(this::see);

        assertThat(seen).isEmpty();
    }

    @Test
    void startsAgainWhenTheContinueTokenHasExpired() {
        answers.add(() -> page("next", "a"));
        answers.add(PagedListTest::gone);
        answers.add(() -> page("", "a", "b"));

        list(1).forEachPage(this::see, seen::clear);

        assertThat(seen).containsExactly("a", "b");
        assertThat(continuations).containsExactly("", "next", "");
    }

    @Test
    void failsWhenNoRestartIsLeft() {
        answers.add(PagedListTest::gone);
        answers.add(PagedListTest::gone);

        assertThatThrownBy(() -> list(1).forEachPage(this::see))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(HttpURLConnection.HTTP_GONE));
    }

    private PagedList<Secret> list(int restarts) {
        return new PagedList<>(2, restarts, this::answer);
    }

    private SecretList answer(ListOptions options) {
        assertThat(options.getLimit()).isEqualTo(2);
        continuations.add(options.getContinue() == null ? "" : options.getContinue());
        return answers.remove().get();
    }

    private boolean see(List<Secret> page) {
        page.forEach(secret -> seen.add(secret.getMetadata().getName()));
        return true;
    }

    private static SecretList gone() {
        throw new KubernetesClientException("expired", HttpURLConnection.HTTP_GONE, null);
    }

    private static SecretList page(String continuation, String... names) {
        var page = new SecretList();
        page.setMetadata(new ListMetaBuilder().withContinue(continuation).build());
        page.setItems(new ArrayList<>());
        for (var name : names) {
            page.getItems()
                    .add(new SecretBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .build());
        }
        return page;
    }
}

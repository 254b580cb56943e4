package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.TokenStorage.Chunk;
import dev.tokenstore.store.TokenStorage.InvalidCursorException;
import dev.tokenstore.store.TokenStorage.Listed;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;

/// Lists a store's rows by name, in the API server's pages.
record RowList(SecretApi secrets, SecretRows rows) {
    Chunk chunk(int limit, String after) {
        var cursor = Cursor.parse(after);
        var page = page(limit, cursor);
        var listed = new ArrayList<Listed>();
        for (var secret : page.getItems()) {
            var name = secret.getMetadata().getName();
            if (name.compareTo(cursor.name()) <= 0) {
                continue;
            }
            rows.row(secret)
                    .filter(SecretRow::confirmed)
                    .ifPresent(row ->
                            listed.add(new Listed(row.token(), new Cursor(cursor.continuation(), name).text())));
        }
        var next = page.getMetadata().getContinue();
        return new Chunk(
                listed, next == null || next.isEmpty() ? Optional.empty() : Optional.of(new Cursor(next, "").text()));
    }

    private SecretList page(int limit, Cursor cursor) {
        try {
            return secrets.page(limit, cursor.continuation());
        } catch (KubernetesClientException e) {
            if (KubernetesErrors.isGone(e)) {
                throw new StorageException(
                        Reason.PAGE_TOKEN_EXPIRED,
                        "page_token has outlived its list; start again from the first page, without a page_token");
            }
            throw new InvalidCursorException();
        }
    }

    /// A position in a list: after the row `name`, on the page that `continuation` leads to.
    private record Cursor(String continuation, String name) {
        static Cursor parse(String text) {
            if (text.isEmpty()) {
                return new Cursor("", "");
            }
            String decoded;
            try {
                decoded = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw new InvalidCursorException();
            }
            var space = decoded.indexOf(' ');
            if (space < 0) {
                throw new InvalidCursorException();
            }
            return new Cursor(decoded.substring(space + 1), decoded.substring(0, space));
        }

        String text() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((name + " " + continuation).getBytes(StandardCharsets.UTF_8));
        }
    }
}

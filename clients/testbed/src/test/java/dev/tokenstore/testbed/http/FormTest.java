package dev.tokenstore.testbed.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FormTest {
    @Test
    void readsFieldsInAUrlEncodedBody() {
        assertThat(Form.ofBody("application/x-www-form-urlencoded", bytes("a=1%202&b=%C3%A9&c=&=d&e")))
                .isEqualTo(Map.of("a", "1 2", "b", "é", "c", ""));
    }

    @Test
    void readsFieldsInAMultipartBody() {
        var body = """
                ----X\r
                Content-Disposition: form-data; name="client_id"\r
                \r
                C1\r
                ----X\r
                content-type: text/plain\r
                content-disposition: form-data; name="code"\r
                \r
                é
                 \r
                ----X--\r
                """;

        assertThat(Form.ofBody("multipart/form-data; boundary=--X", bytes(body)))
                .isEqualTo(Map.of("client_id", "C1", "code", "é\n "));
    }

    @Test
    void aMultipartBodyNeedsABoundary() {
        assertThatThrownBy(() -> Form.ofBody("multipart/form-data", bytes("--X")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("boundary");
    }

    @Test
    void otherBodiesHaveNoFields() {
        assertThat(Form.ofBody("application/json", bytes("{\"a\":\"b=c\"}"))).isEmpty();
        assertThat(Form.ofBody("", bytes("a=b"))).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

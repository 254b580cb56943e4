package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// Header fields that netty, which gRPC servers in Java use, writes and reads.
class HeaderBlockTest {
    private static final String[] KNOWN = {":status", "content-type", "date", "via", "www-authenticate", "grpc-status"};

    private final Random random = new Random(11);

    @RepeatedTest(50)
    void readsWhatNettyWritesWithoutADynamicTable() throws Exception {
        for (var huffmanFrom : new int[] {0, Integer.MAX_VALUE}) {
            var fields = fields();
            var encoder = new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, false, 64, huffmanFrom);
            encoder.maxHeaderTableSize(0);
            var headers = new DefaultHttp2Headers(false);
            fields.forEach(headers::add);
            var block = Unpooled.buffer();
            encoder.encodeHeaders(3, headers, block);

            assertThat(HeaderBlock.read(ByteBufUtil.getBytes(block))).isEqualTo(fields);
        }
    }

    @RepeatedTest(50)
    void writesWhatNettyReads() throws Http2Exception {
        var fields = fields();
        var block = new HeaderBlock();
        fields.forEach(block::add);

        var read = new DefaultHttp2HeadersDecoder(false, 1 << 20)
                .decodeHeaders(3, Unpooled.wrappedBuffer(block.toByteArray()));

        var values = new HashMap<String, String>();
        read.forEach(
                field -> values.put(field.getKey().toString(), field.getValue().toString()));
        assertThat(values).isEqualTo(fields);
    }

    @Test
    void refusesWhatIsMalformed() {
        for (var block :
                new byte[][] {{(byte) 0x80}, {(byte) 0xFF, 0x10}, {0, 5, 'a'}, {0, (byte) 0x81, 0}, {0, 0x7F}}) {
            assertThatIOException().isThrownBy(() -> HeaderBlock.read(block));
        }
    }

    private Map<String, String> fields() {
        var fields = new HashMap<String, String>();
        for (var name : KNOWN) {
            fields.put(name, text(300));
        }
        fields.put("x-" + random.nextInt(1_000_000), text(40_000));
        fields.put(":method", "GET");
        return fields;
    }

    /// Any characters that netty sends as one byte each and that are the same in UTF-8.
    private String text(int maxLength) {
        return random.ints(random.nextInt(maxLength), 0, 0x80)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}

package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.tokenstore.client.ProtoReader.MalformedMessageException;
import dev.tokenstore.proto.v1.Token;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The client's messages against those that are generated from the contract.
class RecordMessagesTest {
    private static final String TEXT = "fixture-secret \0 \u00fc \ud83d\ude00";

    @ParameterizedTest
    @EnumSource
    void everyFieldHasItsNumber(TokenRecord.Field field) throws InvalidProtocolBufferException {
        var record = TokenRecord.builder().set(field, TEXT).build();
        var descriptor = Token.getDescriptor().findFieldByName(field.key());
        var message = Token.newBuilder().setField(descriptor, TEXT).build();

        assertThat(Token.parseFrom(RecordMessages.messageOf(record).toByteArray()))
                .isEqualTo(message);
        assertThat(RecordMessages.recordOf(new ProtoReader(message.toByteArray()))
                        .get(field))
                .contains(TEXT);
    }

    @Test
    void readsWhatTheStoreAddsAndSkipsWhatItDoesNotKnow() {
        var unknown = UnknownFieldSet.newBuilder()
                .addField(
                        1_000,
                        UnknownFieldSet.Field.newBuilder()
                                .addVarint(Long.MIN_VALUE)
                                .addFixed32(1)
                                .addFixed64(1)
                                .addLengthDelimited(ByteString.copyFromUtf8(TEXT))
                                .build())
                .build();
        var message = Token.newBuilder()
                .setUnknownFields(unknown)
                .setVersion("v")
                .setExpireTime(Timestamp.newBuilder().setSeconds(-1).setNanos(999))
                .setCreateTime(Timestamp.newBuilder().setSeconds(253_402_300_799L))
                .setUpdateTime(Timestamp.newBuilder().setNanos(7))
                .build();

        var record = RecordMessages.recordOf(new ProtoReader(message.toByteArray()));

        assertThat(record.version()).contains("v");
        assertThat(record.expireTime()).contains(Instant.ofEpochSecond(-1, 999));
        assertThat(record.createTime()).contains(Instant.ofEpochSecond(253_402_300_799L));
        assertThat(record.updateTime()).contains(Instant.ofEpochSecond(0, 7));
    }

    @Test
    void refusesAMessageThatIsCutOff() {
        var message = Token.newBuilder().setId(TEXT).build().toByteArray();

        for (var length = 1; length < message.length; length++) {
            var part = new ProtoReader(Arrays.copyOf(message, length));
            assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> RecordMessages.recordOf(part));
        }
    }
}

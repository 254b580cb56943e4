package dev.tokenstore.client;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Reads a protobuf message field by field: [#next], then the value or [#skip].
///
/// Every method throws [MalformedMessageException] where the bytes are not what it reads.
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    private final ByteBuffer bytes;
    private int field;
    private int wireType;

    /// The sidecar sent something that is no message of the contract.
    static final class MalformedMessageException extends RuntimeException {
        private static final long serialVersionUID = 1;

        MalformedMessageException() {
            super("the answer is malformed");
        }
    }

    ProtoReader(byte[] message) {
        this(ByteBuffer.wrap(message));
    }

    private ProtoReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /// Whether there is a further field, whose number is [#field].
    boolean next() {
        if (!bytes.hasRemaining()) {
            return false;
        }
        var tag = varint();
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        return true;
    }

    int field() {
        return field;
    }

    String text() {
        return StandardCharsets.UTF_8.decode(slice()).toString();
    }

    byte[] bytes() {
        var slice = slice();
        var bytes = new byte[slice.remaining()];
        slice.get(bytes);
        return bytes;
    }

    ProtoReader message() {
        return new ProtoReader(slice());
    }

    long number() {
        require(VARINT);
        return varint();
    }

    void skip() {
        switch (wireType) {
            case VARINT:
                varint();
                break;
            case FIXED_64:
                advance(Long.BYTES);
                break;
            case LENGTH_DELIMITED:
                slice();
                break;
            case FIXED_32:
                advance(Integer.BYTES);
                break;
            default:
                throw new MalformedMessageException();
        }
    }

    private ByteBuffer slice() {
        require(LENGTH_DELIMITED);
        var length = varint();
        var slice = bytes.slice();
        advance(length);
        slice.limit((int) length);
        return slice;
    }

    private void advance(long count) {
        if (count < 0 || count > bytes.remaining()) {
            throw new MalformedMessageException();
        }
        bytes.position(bytes.position() + (int) count);
    }

    private void require(int type) {
        if (wireType != type) {
            throw new MalformedMessageException();
        }
    }

    private long varint() {
        var value = 0L;
        try {
            for (var shift = 0; shift < Long.SIZE; shift += 7) {
                var next = bytes.get();
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException();
        }
        throw new MalformedMessageException();
    }
}

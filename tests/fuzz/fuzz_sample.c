/* Uploaded samples: WAV, AIFF and FLAC files with heads made of the input's first bytes, or the input as it is, as the decoder
 * meets them, and decoded forms, as whoever reads what a decoder left. Nothing but the promised errors comes back; what was
 * decoded can be read. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "render/io/sample_raw.h"
#include "render/render.h"
#include "tests/fuzz/fuzz.h"

enum { FIELD_BYTES = 24, FILE_BYTES_MAX = 1 << 16 };

struct file {
	uint8_t bytes[FILE_BYTES_MAX];
	size_t n;
};

static void put(struct file *f, const void *data, size_t n)
{
	n = n < sizeof f->bytes - f->n ? n : sizeof f->bytes - f->n;
	memcpy(f->bytes + f->n, data, n);
	f->n += n;
}

/* A field has the likely value, or what the input says when its bit is set. */
static void put_field(struct file *f, uint64_t likely, unsigned n_bytes, const uint8_t *field, unsigned bit)
{
	if (field[0] >> bit & 1)
		put(f, field + 1 + bit * 2, n_bytes < 8 ? n_bytes : 8);
	else
		put(f, &likely, n_bytes);
}

static void put_field_be(struct file *f, uint64_t likely, unsigned n_bytes, const uint8_t *field, unsigned bit)
{
	put_field(f, htobe64(likely) >> (64 - 8 * n_bytes), n_bytes, field, bit);
}

static void make_wav(struct file *f, const uint8_t *fields, const uint8_t *data, size_t n)
{
	put(f, "RIFF", 4);
	put_field(f, 36 + n, 4, fields, 0);
	put(f, "WAVEfmt ", 8);
	put_field(f, 16, 4, fields, 1);
	put_field(f, 1, 2, fields, 2);
	put_field(f, 1 + n % 3, 2, fields, 3);
	put_field(f, 8000, 4, fields, 4);
	put_field(f, 16000, 4, fields, 5);
	put_field(f, 2 + n % 3 * 2, 2, fields, 6);
	put_field(f, 16, 2, fields, 7);
	put(f, "data", 4);
	put_field(f, n, 4, fields, 0);
	put(f, data, n);
}

static void make_aiff(struct file *f, const uint8_t *fields, const uint8_t *data, size_t n)
{
	static const uint8_t rate_8000_hz[10] = { 0x40, 0x0b, 0xfa };

	put(f, "FORM", 4);
	put_field_be(f, 46 + n, 4, fields, 0);
	put(f, "AIFFCOMM", 8);
	put_field_be(f, 18, 4, fields, 1);
	put_field_be(f, 1, 2, fields, 2);
	put_field_be(f, n / 2, 4, fields, 3);
	put_field_be(f, 16, 2, fields, 4);
	put(f, rate_8000_hz, sizeof rate_8000_hz);
	put(f, "SSND", 4);
	put_field_be(f, 8 + n, 4, fields, 5);
	put_field_be(f, 0, 8, fields, 6);
	put(f, data, n);
}

/* RFC 9639 section 8.2; the rest is frames. */
static void make_flac(struct file *f, const uint8_t *fields, const uint8_t *data, size_t n)
{
	static const uint8_t frame_sizes[6] = { 0 }, md5[16] = { 0 };
	uint64_t stream = (uint64_t)8000 << 44 | (uint64_t)(n % 2) << 41 | (uint64_t)15 << 36 | n;

	put(f, "fLaC\x80\0\0\x22", 8);
	put_field_be(f, 16, 2, fields, 0);
	put_field_be(f, 4096, 2, fields, 1);
	put(f, frame_sizes, sizeof frame_sizes);
	put_field_be(f, stream, 8, fields, 2);
	put(f, md5, sizeof md5);
	put(f, data, n);
}

static void make_raw(struct file *f, const uint8_t *fields, const uint8_t *data, size_t n)
{
	unsigned n_ch = 1 + n % 2;

	put(f, "PHONSMP1", 8);
	put_field(f, n_ch, 4, fields, 0);
	put_field(f, n_ch, 4, fields, 1);
	put_field(f, 8000, 4, fields, 2);
	put_field(f, 0, 4, fields, 3);
	put_field(f, n / 4 / n_ch, 8, fields, 4);
	put(f, data, fields[0] & 0x20 ? n : n / 4 / n_ch * 4 * n_ch);
}

static int open_memory(const struct file *f)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, f->bytes, f->n) != (ssize_t)f->n || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	return fd;
}

static void check_error(const struct error *err)
{
	if (err->code != ERR_CORRUPT && err->code != ERR_TOO_LARGE && err->code != ERR_NO_MEMORY)
		abort();
}

/* True when it could be read; then every value is a finite number. */
static bool read_raw(int fd)
{
	struct error err = ERROR_INIT;
	struct render_sample_info info;
	struct sample_audio a;

	if (render_sample_info(fd, &info, &err) || sample_raw_read(&a, fd, info.sample_rate_hz, &err)) {
		check_error(&err);
		return false;
	}
	for (size_t i = 0; i < a.data.n_frames; i++)
		if (!(a.data.ch[0][i] >= -100 && a.data.ch[a.data.n_ch - 1][i] <= 100))
			abort();
	free(a.block);
	return true;
}

static void decode(const struct file *f)
{
	struct file nothing = { .n = 0 };
	int in = open_memory(f), out = open_memory(&nothing);
	struct error err = ERROR_INIT;

	if (render_sample_decode(in, out, &err))
		check_error(&err);
	else if (!read_raw(out))
		abort();
	close(in);
	close(out);
}

typedef void (*make_file)(struct file *f, const uint8_t *fields, const uint8_t *data, size_t n);

static void check_decoded_form(const struct file *f)
{
	int fd = open_memory(f);

	(void)read_raw(fd);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const make_file makers[] = { make_wav, make_aiff, make_flac };
	enum { MAKERS = sizeof makers / sizeof makers[0], AS_IT_IS = MAKERS, DECODED_FORM, KINDS };
	static struct file f;
	unsigned kind;

	if (size < FIELD_BYTES + 1)
		return 0;
	f.n = 0;
	kind = data[0] % KINDS;
	if (kind < MAKERS)
		makers[kind](&f, data + 1, data + 1 + FIELD_BYTES, size - 1 - FIELD_BYTES);
	else if (kind == AS_IT_IS)
		put(&f, data + 1, size - 1);
	else
		make_raw(&f, data + 1, data + 1 + FIELD_BYTES, size - 1 - FIELD_BYTES);
	if (kind == DECODED_FORM)
		check_decoded_form(&f);
	else
		decode(&f);
	return 0;
}

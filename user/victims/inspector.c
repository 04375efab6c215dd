// SPDX-License-Identifier: GPL-2.0-only
#include "victims/inspector.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "node/address_owners.h"
#include "node/namespaces.h"
#include "node/netns.h"
#include "node/socket_owners.h"

/* What a search of /proc may take for one victim, and for all of a flush. */
#define ONE_NS (150 * NSEC_PER_MSEC)
#define DETAILS_NS (5 * NSEC_PER_SEC)
/* The list of namespaces and their addresses is made anew when it is older and a socket
 * was not found. Of its time, that may take a fifth. */
#define SCAN_AGE_NS (200 * NSEC_PER_MSEC)
/* For sockets that are not where their address is, in one go. */
#define EVERYWHERE_NS (100 * NSEC_PER_MSEC)
enum { SCAN_SHARE = 5, BATCH_MAX = 64, NICE = 10 };

struct queue {
	struct inspection *first, **last;
};

struct inspector {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	struct queue urgent, patient, done;
	bool is_over;
	int event_fd;
	/* The thread's own: */
	int home_fd;
	uint32_t home, inside; /* the namespaces it belongs to, and is in */
	struct namespaces namespaces;
	uint64_t scanned_ns;
	struct address_owners address_owners; /* of those namespaces */
	uint64_t placed_ns, placing_ns;       /* when, and how long that took; 0: not yet */
	struct socket_owner_memory *memory;   /* NULL: none */
};

struct inspection *inspection_new(enum inspection_kind kind, size_t rows)
{
	struct inspection *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->kind = kind;
	if (rows) {
		i->sockets.rows = calloc(rows, sizeof(*i->sockets.rows));
		i->sockets.size = i->sockets.count = rows;
	}
	if (rows && (kind == INSPECT_ONE || kind == INSPECT_DETAILS))
		i->victims = calloc(rows, sizeof(*i->victims));
	if (rows && (!i->sockets.rows ||
		     ((kind == INSPECT_ONE || kind == INSPECT_DETAILS) && !i->victims))) {
		inspection_free(i);
		return NULL;
	}
	return i;
}

void inspection_free(struct inspection *i)
{
	if (!i)
		return;
	sockets_release(&i->sockets);
	free(i->victims);
	free(i);
}

/* ---- queues ---- */

static void push(struct queue *queue, struct inspection *i)
{
	i->next = NULL;
	*queue->last = i;
	queue->last = &i->next;
}

static struct inspection *pop(struct queue *queue)
{
	struct inspection *i = queue->first;

	if (!i)
		return NULL;
	queue->first = i->next;
	if (!queue->first)
		queue->last = &queue->first;
	return i;
}

static void drop_all(struct queue *queue)
{
	struct inspection *i;

	while ((i = pop(queue)))
		inspection_free(i);
}

static void hand_back(struct inspector *ins, struct inspection *i)
{
	pthread_mutex_lock(&ins->lock);
	push(&ins->done, i);
	pthread_mutex_unlock(&ins->lock);
	eventfd_write(ins->event_fd, 1);
}

/* Up to BATCH_MAX of them; NULL: none waits. */
static struct inspection *take_urgent(struct inspector *ins)
{
	struct queue batch = { .last = &batch.first };
	struct inspection *i;
	size_t count = 0;

	pthread_mutex_lock(&ins->lock);
	while (count++ < BATCH_MAX && (i = pop(&ins->urgent)))
		push(&batch, i);
	pthread_mutex_unlock(&ins->lock);
	return batch.first;
}

/* ---- in the thread ---- */

static void scan(struct inspector *ins, uint64_t older_than_ns)
{
	uint64_t now_ns = clock_mono_ns();

	if (ins->scanned_ns && now_ns - ins->scanned_ns < older_than_ns)
		return;
	namespaces_scan(&ins->namespaces);
	ins->scanned_ns = now_ns;
}

static void note_failure(struct inspection *i, int err)
{
	i->unseen++;
	if (!i->err)
		i->err = err;
}

static int enter(struct inspector *ins, uint32_t inum)
{
	const struct namespace *ns;
	int err;

	if (inum == ins->inside)
		return 0;
	ns = namespaces_find(&ins->namespaces, inum);
	err = ns ? namespace_enter(ns) : -ESRCH;
	if (!err)
		ins->inside = inum;
	return err;
}

static void go_home(struct inspector *ins)
{
	if (ins->inside != ins->home && !namespace_return(ins->home_fd))
		ins->inside = ins->home;
}

static void name_netns(const struct inspector *ins, uint32_t inum, struct victim *out)
{
	const struct namespace *ns = namespaces_find(&ins->namespaces, inum);

	out->process.netns = inum;
	if (ns)
		memcpy(out->netns_name, ns->name, sizeof(out->netns_name));
}

static int compare_owners(const void *a, const void *b)
{
	const struct socket_owner *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* A process may have thousands: it is described once. */
static void describe_holders(struct socket_owner *socket_owners, size_t count)
{
	const struct victim *same = NULL;

	qsort(socket_owners, count, sizeof(*socket_owners), compare_owners);
	for (size_t k = 0; k < count; k++) {
		struct victim *v = socket_owners[k].owner;

		if (same && same->process.pid == socket_owners[k].pid &&
		    socket_owners[k].start_ticks == socket_owners[k - 1].start_ticks) {
			uint32_t netns = v->process.netns;

			v->process = same->process;
			v->process.netns = netns;
			memcpy(v->cmdline, same->cmdline, sizeof(v->cmdline));
			continue;
		}
		socket_owner_describe(&socket_owners[k], v);
		same = v->process.pid ? v : NULL;
	}
}

/* Fills victims of those rows that are sockets. False: there was no time for all. */
static bool describe(struct inspector *ins, struct inspection *i, uint64_t deadline_ns)
{
	struct socket_owner *socket_owners = calloc(i->sockets.count, sizeof(*socket_owners));
	size_t count = 0;
	bool is_ok;

	for (size_t k = 0; k < i->sockets.count; k++) {
		const struct socket_row *row = &i->sockets.rows[k];

		if (row->state == SOCKET_NONE)
			continue;
		i->victims[k].socket_state = row->state;
		name_netns(ins, row->netns, &i->victims[k]);
		if (socket_owners && row->inode)
			socket_owners[count++] = (struct socket_owner){ .inode = row->inode,
									.netns = row->netns,
									.owner = &i->victims[k] };
	}
	socket_owners_find(ins->memory, socket_owners, count, deadline_ns);
	is_ok = clock_mono_ns() < deadline_ns;
	describe_holders(socket_owners, count);
	free(socket_owners);
	return is_ok;
}

static void inspect_batch(struct inspector *ins, struct inspection *first);

/* A victim of now is not kept waiting by a sweep. */
static void serve_urgent(struct inspector *ins)
{
	struct inspection *urgent;

	while ((urgent = take_urgent(ins)))
		inspect_batch(ins, urgent);
}

static uint32_t *copy_inums(const struct inspector *ins)
{
	uint32_t *inums = calloc(ins->namespaces.count, sizeof(*inums));

	for (size_t k = 0; inums && k < ins->namespaces.count; k++)
		inums[k] = ins->namespaces.items[k].inum;
	return inums;
}

static void list_in(struct inspector *ins, struct inspection *i, uint32_t inum)
{
	int err = enter(ins, inum);

	/* One that went has no sockets any more. */
	if (!err)
		err = sockets_list(&i->sockets, inum, SOCKETS_OPEN);
	else if (err == -ENOENT || err == -ESRCH)
		err = 0;
	if (err)
		note_failure(i, err);
}

static int compare_netns(const void *a, const void *b)
{
	uint32_t x = ((const struct socket_row *)a)->netns;
	uint32_t y = ((const struct socket_row *)b)->netns;

	return x < y ? -1 : x > y;
}

static void sort_by_netns(struct sockets *s)
{
	if (s->count)
		qsort(s->rows, s->count, sizeof(*s->rows), compare_netns);
}

struct placing {
	struct address_owners address_owners;
	uint32_t inum;
	bool has_failed;
};

static void take_address(void *ctx, uint8_t family, const struct address *address)
{
	struct placing *p = ctx;

	p->has_failed |= address_owners_add(&p->address_owners, family, address, p->inum) != 0;
}

/* Asks each namespace for its addresses. `i` is what to count it in, and urgent ones are
 * served meanwhile; NULL: it is for one of those. */
static void find_homes(struct inspector *ins, struct inspection *i)
{
	uint64_t start_ns = clock_mono_ns();
	size_t count = ins->namespaces.count;
	uint32_t *inums = copy_inums(ins); /* an urgent one may scan anew meanwhile */
	struct placing p = { .has_failed = !inums };

	for (size_t k = 0; inums && k < count; k++) {
		int err = enter(ins, inums[k]);

		p.inum = inums[k];
		if (!err)
			err = namespace_addresses(take_address, &p);
		if (!i)
			continue;
		i->namespaces++;
		if (err && err != -ENOENT && err != -ESRCH)
			note_failure(i, err);
		serve_urgent(ins);
	}
	if (i && p.has_failed)
		note_failure(i, -ENOMEM);
	free(inums);
	address_owners_sort(&p.address_owners);
	address_owners_release(&ins->address_owners);
	ins->address_owners = p.address_owners;
	ins->placed_ns = start_ns;
	ins->placing_ns = clock_mono_ns() - start_ns;
}

static bool is_loopback(const struct socket_row *row)
{
	static const struct address v6 = { { [15] = 1 } };

	return row->family == AF_INET ? row->tuple.src.bytes[0] == 127 :
					address_equal(&row->tuple.src, &v6);
}

/* A socket is where its address is: to look it up there takes microseconds, while to
 * list the sockets of a namespace is a walk over those of all (inet_diag walks the
 * one hash table of the kernel). Appends a row for each place. False: out of memory. */
static bool place(const struct inspector *ins, const struct socket_row *row, struct sockets *out)
{
	size_t count;
	const struct home *at =
		address_owners_find(&ins->address_owners, row->family, &row->tuple.src, &count);
	struct socket_row copy = *row;
	bool is_ok = true;

	/* That every namespace has: conntrack's own is meant. */
	if (is_loopback(row))
		return !sockets_append(out, row);
	for (size_t k = 0; k < count; k++) {
		copy.netns = at[k].inum;
		is_ok &= !sockets_append(out, &copy);
	}
	return is_ok;
}

/* Rows by namespace; each namespace is entered once. Those that it cannot see are left
 * SOCKET_UNKNOWN, of those that went nothing is left. `i` as for find_homes(). */
static void look_up_by_place(struct inspector *ins, struct inspection *i, struct socket_row *rows,
			     size_t count)
{
	size_t end;

	if (count)
		qsort(rows, count, sizeof(*rows), compare_netns);

	for (size_t k = 0; k < count; k = end) {
		uint32_t inum = rows[k].netns;
		int err = inum ? enter(ins, inum) : -ENXIO; /* nobody knows where */
		bool is_gone = err == -ENOENT || err == -ESRCH;

		for (end = k; end < count && rows[end].netns == inum; end++)
			rows[end].state = is_gone ? SOCKET_NONE : SOCKET_UNKNOWN;
		if (!err)
			sockets_look_up_all(&rows[k], end - k);
		else if (!is_gone && i)
			note_failure(i, err);
		if (i)
			serve_urgent(ins);
	}
}

static void sweep_for(struct inspector *ins, struct inspection *i)
{
	struct sockets placed = { 0 };
	bool is_ok = true;

	find_homes(ins, i);
	for (size_t k = 0; k < i->sockets.count; k++) {
		i->sockets.rows[k].tag = (uint32_t)k;
		is_ok &= place(ins, &i->sockets.rows[k], &placed);
	}
	if (!is_ok)
		note_failure(i, -ENOMEM);
	sockets_release(&i->sockets);
	i->sockets = placed;
	sort_by_netns(&i->sockets);
	look_up_by_place(ins, i, i->sockets.rows, i->sockets.count);
	sockets_keep_open(&i->sockets);
}

static void sweep_all(struct inspector *ins, struct inspection *i)
{
	size_t count = ins->namespaces.count;
	uint32_t *inums = copy_inums(ins);

	for (size_t k = 0; inums && k < count; k++) {
		i->namespaces++;
		list_in(ins, i, inums[k]);
		serve_urgent(ins);
	}
	if (!inums)
		note_failure(i, -ENOMEM);
	free(inums);
}

static void inspect_sweep(struct inspector *ins, struct inspection *i)
{
	i->sought = i->sockets.count;
	scan(ins, 0);
	if (ins->namespaces.is_cut || ins->namespaces.is_denied)
		note_failure(i, ins->namespaces.is_cut ? -E2BIG : -EACCES);
	if (i->sought)
		sweep_for(ins, i);
	else
		sweep_all(ins, i);
	go_home(ins);
}

/* A namespace that is gone took its sockets along; one that may not be entered
 * leaves open what became of them. */
static void inspect_again(struct inspector *ins, struct inspection *i)
{
	struct socket_row *rows = i->sockets.rows;
	size_t count = i->sockets.count;
	uint32_t *inodes = calloc(count, sizeof(*inodes));

	scan(ins, 0);
	qsort(rows, count, sizeof(*rows), compare_netns);
	for (size_t k = 0; inodes && k < count; k++)
		inodes[k] = rows[k].inode;
	look_up_by_place(ins, i, rows, count);
	for (size_t k = 0; k < count; k++) {
		i->namespaces += !k || rows[k].netns != rows[k - 1].netns;
		if (rows[k].state == SOCKET_UNKNOWN)
			continue;
		if (!socket_is_open(&rows[k]) || (inodes && rows[k].inode != inodes[k]))
			rows[k].state = SOCKET_NONE;
	}
	go_home(ins);
	free(inodes);
}

/* ---- victims, all that wait at once ---- */

struct batch {
	struct inspection *all; /* one row for each, by tag */
	bool is_settled[BATCH_MAX];
	size_t unsettled;
	bool is_patient; /* somebody waits as long as it takes */
};

static void settle(struct batch *b, const struct socket_row *row)
{
	struct socket_row *own = &b->all->sockets.rows[row->tag];

	if (b->is_settled[row->tag])
		return;
	b->is_settled[row->tag] = true;
	b->unsettled--;
	if (row->netns) /* else two are, and nobody knows which is meant */
		*own = *row;
}

/* A row's netns is where it was last, its inode which it was. */
static void look_where_hinted(struct inspector *ins, struct batch *b)
{
	const struct sockets *s = &b->all->sockets;
	struct sockets hinted = { 0 };

	for (size_t k = 0; k < s->count; k++)
		if (s->rows[k].inode)
			sockets_append(&hinted, &s->rows[k]);
	sort_by_netns(&hinted);
	look_up_by_place(ins, NULL, hinted.rows, hinted.count);
	for (size_t k = 0; k < hinted.count; k++)
		if (socket_is_open(&hinted.rows[k]) &&
		    hinted.rows[k].inode == s->rows[hinted.rows[k].tag].inode)
			settle(b, &hinted.rows[k]);
	sockets_release(&hinted);
}

static void look_by_address(struct inspector *ins, struct batch *b)
{
	const struct sockets *s = &b->all->sockets;
	struct sockets placed = { 0 };

	for (size_t k = 0; k < s->count; k++)
		if (!b->is_settled[k])
			place(ins, &s->rows[k], &placed);
	sort_by_netns(&placed);
	look_up_by_place(ins, NULL, placed.rows, placed.count);
	sockets_keep_open(&placed);
	for (size_t k = 0; k < placed.count; k++)
		settle(b, &placed.rows[k]);
	sockets_release(&placed);
}

/* The open ones among `left` in each namespace. False: there was no time for all. */
static bool look_in_each(struct inspector *ins, const struct sockets *left, uint64_t until_ns,
			 struct sockets *found)
{
	struct sockets here = { 0 };
	bool is_ok = true;

	for (size_t k = 0; k < ins->namespaces.count && is_ok; k++) {
		uint32_t inum = ins->namespaces.items[k].inum;

		here.count = 0;
		for (size_t m = 0; m < left->count; m++) {
			struct socket_row copy = left->rows[m];

			copy.netns = inum;
			sockets_append(&here, &copy);
		}
		look_up_by_place(ins, NULL, here.rows, here.count);
		for (size_t m = 0; m < here.count; m++)
			if (socket_is_open(&here.rows[m]))
				sockets_append(found, &here.rows[m]);
		is_ok = clock_mono_ns() < until_ns;
	}
	sockets_release(&here);
	return is_ok;
}

/* A socket may be bound to an address that its namespace has not, or not any more. */
static void look_everywhere(struct inspector *ins, struct batch *b)
{
	const struct sockets *s = &b->all->sockets;
	uint64_t until_ns = b->is_patient ? UINT64_MAX : clock_mono_ns() + EVERYWHERE_NS;
	struct sockets left = { 0 }, found = { 0 };

	for (size_t k = 0; k < s->count; k++)
		if (!b->is_settled[k])
			sockets_append(&left, &s->rows[k]);
	/* One that was found may have a twin where there was no time to look. */
	b->all->is_cut = !look_in_each(ins, &left, until_ns, &found);
	sockets_keep_open(&found);
	for (size_t k = 0; k < found.count && !b->all->is_cut; k++)
		settle(b, &found.rows[k]);
	sockets_release(&found);
	sockets_release(&left);
}

static bool may_renew(const struct inspector *ins)
{
	uint64_t age_ns = clock_mono_ns() - ins->placed_ns;

	return !ins->placed_ns || (age_ns >= SCAN_AGE_NS && age_ns >= SCAN_SHARE * ins->placing_ns);
}

static void look_for_all(struct inspector *ins, struct batch *b)
{
	scan(ins, 60 * NSEC_PER_SEC);
	look_where_hinted(ins, b);
	if (b->unsettled)
		look_by_address(ins, b);
	if (b->unsettled && may_renew(ins)) {
		scan(ins, 0);
		find_homes(ins, NULL);
		look_by_address(ins, b);
		if (b->unsettled)
			look_everywhere(ins, b);
	}
	go_home(ins);
}

/* Takes out of the list those that nobody waits for any more. */
static struct inspection *drop_late(struct inspector *ins, struct inspection *first, size_t *count)
{
	struct queue kept = { .last = &kept.first };
	uint64_t now_ns = clock_mono_ns();

	for (struct inspection *i = first, *next; i; i = next) {
		next = i->next;
		i->looked_ns = now_ns;
		i->is_cut = i->until_ns && i->until_ns <= now_ns;
		if (i->is_cut) {
			hand_back(ins, i);
		} else {
			push(&kept, i);
			++*count;
		}
	}
	return kept.first;
}

/* Nobody was found, and it is not known that there is nobody. */
static bool is_cut(const struct batch *b, size_t k, bool had_time)
{
	const struct victim *v = &b->all->victims[k];

	return (b->all->is_cut && !b->is_settled[k]) ||
	       (!had_time && v->socket_state != SOCKET_NONE && !v->process.pid);
}

static void inspect_batch(struct inspector *ins, struct inspection *first)
{
	struct batch b = { .unsettled = 0 };
	struct inspection *next;
	bool had_time = true;
	size_t k = 0;

	first = drop_late(ins, first, &b.unsettled);
	b.all = b.unsettled ? inspection_new(INSPECT_ONE, b.unsettled) : NULL;
	for (struct inspection *i = first; b.all && i; i = i->next, k++) {
		b.all->sockets.rows[k] = i->sockets.rows[0];
		b.all->sockets.rows[k].state = SOCKET_NONE;
		b.all->sockets.rows[k].tag = (uint32_t)k;
		b.is_patient |= !i->until_ns;
	}
	if (b.all) {
		look_for_all(ins, &b);
		had_time =
			describe(ins, b.all, b.is_patient ? UINT64_MAX : clock_mono_ns() + ONE_NS);
	}
	k = 0;
	for (struct inspection *i = first; i; i = next, k++) {
		next = i->next;
		i->is_cut = !b.all || is_cut(&b, k, had_time);
		if (b.all) {
			i->sockets.rows[0] = b.all->sockets.rows[k];
			i->victims[0] = b.all->victims[k];
		}
		i->spent_ns = clock_mono_ns() - i->looked_ns;
		hand_back(ins, i);
	}
	inspection_free(b.all);
}

static void run(struct inspector *ins, struct inspection *i)
{
	i->looked_ns = clock_mono_ns();
	switch (i->kind) {
	case INSPECT_ONE: /* by themselves: see inspect_batch() */
		break;
	case INSPECT_SWEEP:
		inspect_sweep(ins, i);
		break;
	case INSPECT_DETAILS:
		scan(ins, 60 * NSEC_PER_SEC);
		describe(ins, i, i->looked_ns + DETAILS_NS);
		break;
	case INSPECT_AGAIN:
		inspect_again(ins, i);
		break;
	case INSPECTIONS:
		break;
	}
	i->spent_ns = clock_mono_ns() - i->looked_ns;
	hand_back(ins, i);
}

static void *work(void *arg)
{
	struct inspector *ins = arg;
	struct inspection *i;
	bool is_over;

	/* Of this thread only: the rings are drained by another. */
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	for (;;) {
		pthread_mutex_lock(&ins->lock);
		while (!ins->urgent.first && !ins->patient.first && !ins->is_over)
			pthread_cond_wait(&ins->has_work, &ins->lock);
		is_over = ins->is_over;
		i = ins->urgent.first ? NULL : pop(&ins->patient);
		pthread_mutex_unlock(&ins->lock);
		if (is_over)
			return NULL;
		if (i)
			run(ins, i);
		serve_urgent(ins);
	}
}

/* ---- the caller's side ---- */

static void queue_init(struct queue *queue)
{
	queue->last = &queue->first;
}

static bool start_thread(struct inspector *ins)
{
	sigset_t all, before;
	int err;

	/* Signals are the main thread's, by its signalfd. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&ins->thread, NULL, work, ins);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = err;
	return !err;
}

struct inspector *inspector_new(void)
{
	struct inspector *ins = calloc(1, sizeof(*ins));

	if (!ins)
		return NULL;
	queue_init(&ins->urgent);
	queue_init(&ins->patient);
	queue_init(&ins->done);
	pthread_mutex_init(&ins->lock, NULL);
	pthread_cond_init(&ins->has_work, NULL);
	ins->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ins->home_fd = namespace_remember();
	ins->home = ins->inside = netns_own();
	ins->memory = socket_owner_memory_new();
	if (ins->event_fd >= 0 && ins->home_fd >= 0 && start_thread(ins))
		return ins;
	if (ins->event_fd >= 0)
		close(ins->event_fd);
	if (ins->home_fd >= 0)
		close(ins->home_fd);
	socket_owner_memory_free(ins->memory);
	free(ins);
	return NULL;
}

void inspector_free(struct inspector *ins)
{
	if (!ins)
		return;
	pthread_mutex_lock(&ins->lock);
	ins->is_over = true;
	drop_all(&ins->urgent);
	drop_all(&ins->patient);
	pthread_cond_signal(&ins->has_work);
	pthread_mutex_unlock(&ins->lock);
	pthread_join(ins->thread, NULL);
	drop_all(&ins->done);
	namespaces_release(&ins->namespaces);
	address_owners_release(&ins->address_owners);
	socket_owner_memory_free(ins->memory);
	pthread_mutex_destroy(&ins->lock);
	pthread_cond_destroy(&ins->has_work);
	close(ins->event_fd);
	close(ins->home_fd);
	free(ins);
}

void inspector_submit(struct inspector *ins, struct inspection *i)
{
	pthread_mutex_lock(&ins->lock);
	push(i->kind == INSPECT_ONE ? &ins->urgent : &ins->patient, i);
	pthread_cond_signal(&ins->has_work);
	pthread_mutex_unlock(&ins->lock);
}

struct inspection *inspector_take(struct inspector *ins)
{
	struct inspection *i;
	eventfd_t count;

	pthread_mutex_lock(&ins->lock);
	i = pop(&ins->done);
	if (!i)
		eventfd_read(ins->event_fd, &count);
	pthread_mutex_unlock(&ins->lock);
	return i;
}

int inspector_fd(const struct inspector *ins)
{
	return ins->event_fd;
}

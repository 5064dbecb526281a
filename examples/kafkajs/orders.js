// A producer and a consumer group in Node.js: node orders.js [bootstrap server] [topic]
const { Kafka, logLevel } = require('kafkajs')

const server = process.argv[2] ?? 'localhost:9092'
const topic = process.argv[3] ?? 'kafkajs-orders'
// Failures are thrown; kafkajs would also log what it tries again, such as the first call of a platform's first group.
const kafka = new Kafka({ clientId: 'orders', brokers: [server], logLevel: logLevel.NOTHING })
const orders = Array.from({ length: 100 }, (_, i) => ({ key: `customer-${i % 7}`, value: JSON.stringify({ order: i }) }))

async function createTopic() {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }) // false, and no error, when it exists
  await admin.disconnect()
}

async function produce() {
  const producer = kafka.producer({ idempotent: true })
  await producer.connect()
  await producer.send({ topic, messages: orders })
  await producer.disconnect()
}

async function consume() {
  const consumer = kafka.consumer({ groupId: `${topic}-readers` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const lastOf = new Map()
  let count = 0
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, event => reject(event.payload.error))
    consumer.run({
      eachMessage: async ({ message }) => {
        const key = message.key.toString()
        const { order } = JSON.parse(message.value)
        if (order <= (lastOf.get(key) ?? -1)) throw new Error(`order ${order} of ${key} came out of order`)
        lastOf.set(key, order)
        if (++count === orders.length) resolve()
      },
    }).catch(reject)
  })
  await consumer.disconnect() // commits what was handled
  console.log(`read ${count} orders of ${lastOf.size} customers, each customer's in order`)
}

createTopic().then(produce).then(consume).catch(error => {
  console.error(error)
  process.exit(1)
})
